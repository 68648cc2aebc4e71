-- Whose an access token is, whether it is the operator who acts as that person, and the tenant that it acts in, if the person is a member there.
-- Parameters: $1 digest.
select s.id, s.user_id, s.impersonated, m.tenant_id
from access_token a
join session s on s.id = a.session_id
left join membership m on m.tenant_id = a.tenant_id and m.user_id = s.user_id
where a.digest = $1
