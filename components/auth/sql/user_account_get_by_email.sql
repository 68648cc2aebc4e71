-- What a login needs to know of a person: the hash of the password, and the membership in the tenant that is asked
-- for, or in the first where none is. A person who is no member there has nulls for it.
-- Parameters: $1 tenant_id or null, $2 email.
select u.id, u.password, m.tenant_id, m.role
from user_account u
left join membership m on m.user_id = u.id and m.tenant_id = coalesce($1, m.tenant_id)
where u.email = $2
order by m.tenant_id
limit 1
