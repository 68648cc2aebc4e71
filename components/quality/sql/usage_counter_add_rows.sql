-- Counts rows, if the plan's quota allows all of them; no row back means that it doesn't.
-- Parameters: $1 period_start_ms, $2 rows, $3 tenant_id.
insert into usage_counter (tenant_id, metric, period_start_ms, used)
select t.id, 'rows_analyzed', $1, $2
from tenant t
left join plan_quota q on q.plan = t.plan and q.metric = 'rows_analyzed'
where t.id = $3 and (q.quota is null or q.quota >= $2)
on conflict (tenant_id, metric, period_start_ms) do update
set used = usage_counter.used + excluded.used
where not exists (
  select 1
  from tenant t
  join plan_quota q on q.plan = t.plan and q.metric = 'rows_analyzed'
  where t.id = excluded.tenant_id and q.quota < usage_counter.used + excluded.used
)
returning used
