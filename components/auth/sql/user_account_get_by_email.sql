-- What a login needs to know of a person: the hash of the password, the second factor if it counts, whether the network
-- is known, and the membership in the tenant that is asked for, or in the first that it may act in where none is. A
-- person who is no member there has nulls for it. Suspended is a tenant that is not active; barred is who lacks the second
-- factor that the tenant demands.
-- Parameters: $1 network or null, $2 now_ms, $3 tenant_id or null, $4 email.
select u.id, u.password, f.secret, f.wrapped_by, f.last_step, m.tenant_id, m.role,
  case when exists (
    select 1 from known_network k where k.user_id = u.id and k.network = $1 and k.expires_at_ms > $2
  ) then 1 else 0 end as is_known,
  case when t.state <> 'active' then 1 else 0 end as is_suspended,
  case when f.user_id is null and t.second_factor_required = 1 then 1 else 0 end as is_barred
from user_account u
left join second_factor f on f.user_id = u.id and f.confirmed_at_ms is not null
left join membership m on m.user_id = u.id and m.tenant_id = coalesce($3, m.tenant_id)
  and ($3 is not null or exists (
    select 1
    from tenant o
    where o.id = m.tenant_id and o.state = 'active' and (o.second_factor_required = 0 or f.user_id is not null)
  ))
left join tenant t on t.id = m.tenant_id
where u.email = $4
order by m.tenant_id
limit 1
