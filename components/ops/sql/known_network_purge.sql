-- Deletes up to 1,000 networks that nobody has logged in from for long; one row back for each. The time is asked twice:
-- somebody may log in while the statement waits for the row.
-- Parameters: $1 now_ms.
delete from known_network
where expires_at_ms <= $1 and (user_id, network) in (
  select user_id, network from known_network where expires_at_ms <= $1 order by expires_at_ms limit 1000
)
returning 1 as deleted
