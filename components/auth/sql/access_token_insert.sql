-- Creates an access token of the session that a refresh token, which exists, is of.
-- Parameters: $1 digest, $2 tenant_id or null, $3 expires_at_ms, $4 digest of the refresh token.
insert into access_token (digest, session_id, tenant_id, expires_at_ms)
select $1, r.session_id, $2, $3
from refresh_token r
where r.digest = $4
returning digest
