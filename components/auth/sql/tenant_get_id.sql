-- Whether a tenant is there.
-- Parameters: $1 id.
select id
from tenant
where id = $1
