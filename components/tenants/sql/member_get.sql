-- One member of a tenant.
-- Parameters: $1 tenant_id, $2 user_id.
select m.user_id, u.email, u.name, m.role, m.created_at_ms
from membership m
join user_account u on u.id = m.user_id
where m.tenant_id = $1 and m.user_id = $2
