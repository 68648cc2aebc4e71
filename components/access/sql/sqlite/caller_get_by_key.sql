-- All that the rule needs to know about the bearer of a key: the key, its creator's role, the tenant, the limits.
-- Parameters: $1 day_ms, $2 key_id.
select k.id as credential_id, k.created_by as person_id, k.tenant_id as own_tenant_id, k.digest, k.scopes,
  k.expires_at_ms, k.revoked_at_ms, m.tenant_id, m.role, t.state, p.name as plan, p.requests_per_minute, p.burst,
  q.quota, b.level, b.level_at_ms, coalesce(u.used, 0) as calls
from api_key k
join tenant t on t.id = k.tenant_id
join plan p on p.name = t.plan
left join membership m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
left join bucket b on b.id = k.tenant_id
left join usage_counter u on u.tenant_id = k.tenant_id and u.metric = 'api_calls' and u.period_start_ms = $1
where k.id = $2
