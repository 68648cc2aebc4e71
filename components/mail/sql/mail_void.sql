-- Makes a letter one that is never delivered, and that looks as if it had ended long ago; no row back means that somebody
-- else has taken it meanwhile.
-- Parameters: $1 id, $2 attempts.
update mail
set state = 'void', ended_at_ms = 0
where id = $1 and attempts = $2 and state = 'waiting'
returning id
