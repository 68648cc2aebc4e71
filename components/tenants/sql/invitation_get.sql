-- One invitation of a tenant.
-- Parameters: $1 tenant_id, $2 id.
select id, email, role, invited_by, created_at_ms, expires_at_ms
from invitation
where tenant_id = $1 and id = $2
