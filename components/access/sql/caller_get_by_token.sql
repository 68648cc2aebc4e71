-- All that the rule needs to know about a person: the token and its session, the role in the tenant, the tenant, the
-- limits. Where it is the operator who acts as the person, the tenant is the token's own.
-- Parameters: $1 asked_tenant_id, $2 endpoint, $3 day_ms, $4 digest.
select s.id as credential_id, s.user_id as person_id, s.impersonated, a.tenant_id as own_tenant_id, a.digest,
  null as scopes, a.expires_at_ms, s.ended_at_ms as revoked_at_ms, null as networks, null as last_used_at_ms,
  m.tenant_id, m.role, t.state, p.name as plan, p.requests_per_minute, p.burst, q.quota, b.level, b.level_at_ms,
  coalesce(u.used, 0) as calls,
  e.calls || ' ' || e.window_ms || coalesce(' ' || eb.level || ' ' || eb.level_at_ms, '') as endpoint_state,
  null as key_state, null as limit_root, t.limited, null as known_networks,
  null as networks_told_until_ms
from access_token a
join session s on s.id = a.session_id
left join membership m on m.user_id = s.user_id
  and m.tenant_id = case when s.impersonated = 1 then a.tenant_id else coalesce($1, a.tenant_id) end
left join tenant t on t.id = m.tenant_id
join plan p on p.name = coalesce(t.plan, 'free')
left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
left join endpoint_limit e on e.plan = p.name and e.operation = $2
left join bucket b on b.id = coalesce(m.tenant_id || ':', '') || s.user_id
left join bucket eb
  on eb.id = coalesce(m.tenant_id || ':', '') || s.user_id || '/' || e.operation || ':' || e.window_ms
left join usage_counter u on u.tenant_id = m.tenant_id and u.metric = 'api_calls' and u.period_start_ms = $3
where a.digest = $4
