-- All that the rule needs to know about the bearer of a key: the key, its creator's role, the tenant, the limits. Without
-- an id the key is one of another system, which is known by its digest.
-- Parameters: $1 endpoint, $2 day_ms, $3 key_id, $4 digest.
select k.id as credential_id, k.created_by as person_id, 0 as impersonated, k.tenant_id as own_tenant_id, k.digest, k.scopes,
  k.expires_at_ms, k.revoked_at_ms, k.networks, k.last_used_at_ms, m.tenant_id, m.role, t.state, p.name as plan,
  p.requests_per_minute, p.burst, q.quota, b.level, b.level_at_ms, coalesce(u.used, 0) as calls,
  e.calls || ' ' || e.window_ms || coalesce(' ' || eb.level || ' ' || eb.level_at_ms, '') as endpoint_state,
  k.limit_calls || ' ' || k.limit_window_ms || coalesce(' ' || kb.level || ' ' || kb.level_at_ms, '') as key_state,
  coalesce(k.limit_root, k.id) as limit_root, t.limited, k.known_networks, k.networks_told_until_ms
from api_key k
join tenant t on t.id = k.tenant_id
join plan p on p.name = t.plan
left join membership m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
left join endpoint_limit e on e.plan = p.name and e.operation = $1
left join bucket b on b.id = k.tenant_id
left join bucket eb on eb.id = k.tenant_id || '/' || e.operation || ':' || e.window_ms
left join bucket kb on kb.id = k.tenant_id || '/' || coalesce(k.limit_root, k.id) || ':' || k.limit_window_ms
left join usage_counter u on u.tenant_id = k.tenant_id and u.metric = 'api_calls' and u.period_start_ms = $2
where k.id = coalesce($3, (select i.id from api_key i where i.digest = $4 and i.imported = 1))
