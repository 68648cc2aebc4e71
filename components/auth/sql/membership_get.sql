-- What a person is in a tenant, whether that is active, whether the person lacks the second factor that it demands, and
-- when the last access token of its session ends.
-- Parameters: $1 session_id, $2 user_id, $3 tenant_id.
select m.tenant_id, m.role,
  (select max(a.expires_at_ms) from access_token a where a.session_id = $1) as expires_at_ms,
  case when t.state = 'active' then 0 else 1 end as is_suspended,
  case when t.second_factor_required = 1 and not exists (
    select 1 from second_factor f where f.user_id = m.user_id and f.confirmed_at_ms is not null
  ) then 1 else 0 end as is_barred
from membership m
join tenant t on t.id = m.tenant_id
where m.user_id = $2 and m.tenant_id = $3
