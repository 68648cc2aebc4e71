-- Whose session a refresh token is of, and the membership in the tenant that it acts in: nulls when there is none any
-- more. Whether the token was used before is not asked here.
-- Parameters: $1 digest, $2 now_ms.
select r.session_id, s.user_id, m.tenant_id, m.role
from refresh_token r
join session s on s.id = r.session_id
left join membership m on m.user_id = s.user_id and m.tenant_id = s.tenant_id
where r.digest = $1 and r.expires_at_ms > $2 and s.ended_at_ms is null
