-- Ends the session that a token was made for of which nothing is stored any more: it was exchanged long ago, so somebody has
-- a copy. No row back means that the session is over, or that the token is still there.
-- Parameters: $1 ended_at_ms, $2 id, $3 digest.
update session
set ended_at_ms = $1
where id = $2 and ended_at_ms is null and expires_at_ms > $1
  and not exists (select 1 from refresh_token r where r.digest = $3)
returning id
