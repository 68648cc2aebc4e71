-- Revokes a key of a person; no row back means that it is revoked.
-- Parameters: $1 now_ms, $2 tenant_id, $3 id, $4 created_by.
update api_key
set revoked_at_ms = $1, revoked_because = 'request'
where tenant_id = $2 and id = $3 and created_by = $4 and revoked_at_ms is null
returning id
