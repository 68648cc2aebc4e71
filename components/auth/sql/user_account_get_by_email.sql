-- What a login needs to know of a person: whether the network is known, the hash of the password, and the membership in
-- the tenant that is asked for, or in the first where none is. A person who is no member there has nulls for it.
-- Parameters: $1 network or null, $2 now_ms, $3 tenant_id or null, $4 email.
select u.id, u.password, m.tenant_id, m.role,
  case when exists (
    select 1 from known_network k where k.user_id = u.id and k.network = $1 and k.expires_at_ms > $2
  ) then 1 else 0 end as is_known
from user_account u
left join membership m on m.user_id = u.id and m.tenant_id = coalesce($3, m.tenant_id)
where u.email = $4
order by m.tenant_id
limit 1
