-- Revokes a key, unless it is revoked already; a row back means that the tenant has it.
-- Parameters: $1 now_ms, $2 tenant_id, $3 id.
update api_key
set revoked_at_ms = coalesce(revoked_at_ms, $1), revoked_because = coalesce(revoked_because, 'request')
where tenant_id = $2 and id = $3
returning id
