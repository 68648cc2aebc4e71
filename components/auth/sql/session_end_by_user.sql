-- Ends all sessions of a person that aren't over.
-- Parameters: $1 ended_at_ms, $2 user_id.
update session
set ended_at_ms = $1
where user_id = $2 and ended_at_ms is null and expires_at_ms > $1
returning id
