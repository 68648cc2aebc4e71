-- Creates the token that another one was exchanged for, unless the session has ended.
-- Parameters: $1 digest, $2 expires_at_ms, $3 digest of the other one.
insert into refresh_token (digest, session_id, expires_at_ms)
select $1, r.session_id, $2
from refresh_token r
join session s on s.id = r.session_id
where r.digest = $3 and r.successor = $1 and s.ended_at_ms is null
returning digest
