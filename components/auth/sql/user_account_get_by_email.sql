-- What a login needs to know of a person: the hash of the password, the second factor if it counts, and the membership in
-- the tenant that is asked for, or in the first that it may act in where none is. A person who is no member there has nulls
-- for it. Suspended is a tenant that is not active; barred is who lacks the second factor that the tenant demands.
-- Parameters: $1 tenant_id or null, $2 email.
select u.id, u.password, f.secret, f.wrapped_by, f.last_step, f.confirmed_at_ms, m.tenant_id, m.role,
  case when t.state <> 'active' then 1 else 0 end as is_suspended,
  case when f.user_id is null and t.second_factor_required = 1 then 1 else 0 end as is_barred
from user_account u
left join second_factor f on f.user_id = u.id and f.confirmed_at_ms is not null
left join membership m on m.user_id = u.id and m.tenant_id = coalesce($1, m.tenant_id)
  and ($1 is not null or exists (
    select 1
    from tenant o
    where o.id = m.tenant_id and o.state = 'active' and (o.second_factor_required = 0 or f.user_id is not null)
  ))
left join tenant t on t.id = m.tenant_id
where u.email = $2
order by m.tenant_id
limit 1
