-- Creates another access token of a session that goes on.
-- Parameters: $1 digest, $2 tenant_id, $3 expires_at_ms, $4 session_id.
insert into access_token (digest, session_id, tenant_id, expires_at_ms)
select $1, s.id, $2, $3
from session s
where s.id = $4 and s.ended_at_ms is null
returning digest
