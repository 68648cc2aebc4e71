-- Gives a mail up, and forgets what it said; unless somebody else has taken it meanwhile.
-- Parameters: $1 failure, $2 now_ms, $3 id, $4 attempts.
update mail
set state = 'given_up', content = null, failure = $1, ended_at_ms = $2
where id = $3 and attempts = $4 and state = 'waiting'
returning id
