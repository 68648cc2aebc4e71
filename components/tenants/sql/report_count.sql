-- How many reports a tenant has, counted up to a limit.
-- Parameters: $1 tenant_id, $2 limit.
select 'report' as name, count(*) as counted
from (select 1 as one from report where tenant_id = $1 limit $2) r
