-- Whether a tenant is neither on its way out nor gone; no row back means that it is.
-- Parameters: $1 id.
select id
from tenant
where id = $1 and state not in ('deprovisioning', 'deleted')
