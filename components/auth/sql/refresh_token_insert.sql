-- Creates the first refresh token of a session.
-- Parameters: $1 digest, $2 session_id, $3 expires_at_ms.
insert into refresh_token (digest, session_id, expires_at_ms)
values ($1, $2, $3)
returning digest
