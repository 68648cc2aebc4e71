-- The contents of one report of a tenant.
-- Parameters: $1 tenant_id, $2 id.
select body
from report
where tenant_id = $1 and id = $2
