-- Lets a session last as long as a refresh token of it, which exists.
-- Parameters: $1 expires_at_ms, $2 digest.
update session
set expires_at_ms = $1
where id = (select session_id from refresh_token where digest = $2)
returning id
