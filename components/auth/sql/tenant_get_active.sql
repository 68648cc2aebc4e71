-- Whether a tenant is active; no row back means that it isn't, or isn't there.
-- Parameters: $1 id.
select id
from tenant
where id = $1 and state = 'active'
