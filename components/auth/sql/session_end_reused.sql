-- Ends the session of a token that was exchanged for another one than this: somebody has a copy.
-- Parameters: $1 ended_at_ms, $2 digest, $3 digest of this successor.
update session
set ended_at_ms = $1
where ended_at_ms is null and id = (
  select session_id from refresh_token where digest = $2 and successor <> $3
)
returning id
