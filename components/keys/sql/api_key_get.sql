-- One key of a tenant.
-- Parameters: $1 tenant_id, $2 id.
select id, created_by, name, scopes, live, created_at_ms, expires_at_ms, revoked_at_ms
from api_key
where tenant_id = $1 and id = $2
