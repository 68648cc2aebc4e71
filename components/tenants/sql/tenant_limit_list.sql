-- What may a tenant: for all its calls, for each operation that its plan limits, and for what it has limits of its own.
-- A key's own limit is the key's. No row back means no such tenant.
-- Parameters: $1 tenant_id.
select 'all' as subject, p.requests_per_minute as plan_calls, 60000 as plan_window_ms, p.burst as plan_burst,
  l.operator_calls, l.operator_window_ms, l.operator_burst, l.own_calls, l.own_window_ms, l.own_burst, l.own_role,
  coalesce(l.version, 0) as version
from tenant t
join plan p on p.name = t.plan
left join tenant_limit l on l.tenant_id = t.id and l.subject = 'all'
where t.id = $1
union all
select e.operation, e.calls, e.window_ms, e.calls, l.operator_calls, l.operator_window_ms, l.operator_burst,
  l.own_calls, l.own_window_ms, l.own_burst, l.own_role, coalesce(l.version, 0)
from tenant t
join endpoint_limit e on e.plan = t.plan
left join tenant_limit l on l.tenant_id = t.id and l.subject = e.operation
where t.id = $1
union all
select l.subject, null, null, null, l.operator_calls, l.operator_window_ms, l.operator_burst,
  coalesce(l.own_calls, k.limit_calls), coalesce(l.own_window_ms, k.limit_window_ms),
  coalesce(l.own_burst, k.limit_calls), l.own_role, l.version
from tenant t
join tenant_limit l on l.tenant_id = t.id
left join api_key k on k.tenant_id = t.id and k.id = l.subject
where t.id = $1 and l.subject <> 'all'
  and not exists (select 1 from endpoint_limit e where e.plan = t.plan and e.operation = l.subject)
