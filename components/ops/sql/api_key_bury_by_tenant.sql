-- Ends a tenant's keys of other systems, and removes what was said of them.
-- Parameters: $1 now_ms, $2 tenant_id.
update api_key
set name = '', scopes = '', networks = null, metadata = null, last_used_at_ms = null,
  revoked_at_ms = coalesce(revoked_at_ms, $1), version = version + 1
where tenant_id = $2
returning id
