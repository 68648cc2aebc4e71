-- The quotas of every plan, or of one.
-- Parameters: $1 plan or empty.
select plan, metric, quota
from plan_quota
where $1 = '' or plan = $1
order by plan, metric
