-- What a person is in a tenant.
-- Parameters: $1 user_id, $2 tenant_id.
select tenant_id, role
from membership
where user_id = $1 and tenant_id = $2
