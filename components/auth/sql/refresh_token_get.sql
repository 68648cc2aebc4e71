-- Whose session a refresh token is of, and the membership in the tenant that it acts in: nulls when there is none any
-- more, the tenant is not active, or the person lacks the second factor that it demands. A token that was exchanged is
-- found however old it is, because it ends the session.
-- Parameters: $1 digest, $2 now_ms.
select r.session_id, s.user_id, m.tenant_id, m.role, case when r.successor is null then 0 else 1 end as is_used
from refresh_token r
join session s on s.id = r.session_id
left join membership m on m.user_id = s.user_id and m.tenant_id = s.tenant_id and exists (
  select 1
  from tenant t
  where t.id = m.tenant_id and t.state = 'active' and (t.second_factor_required = 0 or exists (
    select 1 from second_factor f where f.user_id = s.user_id and f.confirmed_at_ms is not null
  ))
)
where r.digest = $1 and (r.expires_at_ms > $2 or r.successor is not null) and s.ended_at_ms is null
