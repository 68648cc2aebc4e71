-- Deletes up to 1,000 refresh tokens of sessions that are over; one row back for each. While a session goes on its old
-- tokens are kept: by them it is seen that somebody has a copy.
-- Parameters: $1 now_ms.
delete from refresh_token
where digest in (
  select r.digest
  from session s
  join refresh_token r on r.session_id = s.id
  where s.expires_at_ms <= $1
  limit 1000
)
returning 1 as deleted
