-- Ends one session.
-- Parameters: $1 ended_at_ms, $2 id.
update session
set ended_at_ms = $1
where id = $2 and ended_at_ms is null
returning id
