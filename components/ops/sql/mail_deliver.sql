-- Notes that a mail was delivered, and forgets what it said.
-- Parameters: $1 now_ms, $2 id.
update mail
set state = 'delivered', content = null, failure = null, ended_at_ms = $1
where id = $2 and state = 'waiting'
returning id
