-- The rows that a tenant has analysed in a period, and the most that its plan allows (null: any number).
-- Parameters: $1 period_start_ms, $2 tenant_id.
select coalesce(u.used, 0) as used, q.quota
from tenant t
left join plan_quota q on q.plan = t.plan and q.metric = 'rows_analyzed'
left join usage_counter u on u.tenant_id = t.id and u.metric = 'rows_analyzed' and u.period_start_ms = $1
where t.id = $2
