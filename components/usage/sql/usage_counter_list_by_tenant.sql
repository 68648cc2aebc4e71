-- What a tenant has used of every metric in one period of that metric, with what its plan includes; a null quota is
-- unlimited. No row means that there is no such tenant.
-- Parameters: $1 day_start_ms, $2 month_start_ms, $3 tenant_id.
select t.plan, m.name, m.unit, m.reset, coalesce(u.used, 0) as used, q.quota
from tenant t
cross join metric m
left join plan_quota q on q.plan = t.plan and q.metric = m.name
left join usage_counter u on u.tenant_id = t.id and u.metric = m.name
  and u.period_start_ms = case m.reset when 'daily' then $1 when 'monthly' then $2 else 0 end
where t.id = $3
order by m.name
