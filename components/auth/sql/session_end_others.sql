-- Ends all sessions of a person that aren't over, but one.
-- Parameters: $1 ended_at_ms, $2 user_id, $3 id of the one that goes on.
update session
set ended_at_ms = $1
where user_id = $2 and id <> $3 and ended_at_ms is null and expires_at_ms > $1
returning id
