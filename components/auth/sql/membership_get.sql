-- What a person is in a tenant, and when the last access token of its session ends.
-- Parameters: $1 session_id, $2 user_id, $3 tenant_id.
select m.tenant_id, m.role,
  (select max(a.expires_at_ms) from access_token a where a.session_id = $1) as expires_at_ms
from membership m
where m.user_id = $2 and m.tenant_id = $3
