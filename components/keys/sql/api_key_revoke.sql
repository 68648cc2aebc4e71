-- Revokes a key, unless it is revoked already; no row back means that it is, or that the tenant has no such key.
-- Parameters: $1 now_ms, $2 tenant_id, $3 id.
update api_key
set revoked_at_ms = $1, revoked_because = 'request'
where tenant_id = $2 and id = $3 and revoked_at_ms is null
returning id
