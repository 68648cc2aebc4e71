-- Notes why a mail could not be delivered, and when it is due again; unless somebody else has taken it meanwhile.
-- Parameters: $1 due_at_ms, $2 failure, $3 id, $4 attempts.
update mail
set due_at_ms = $1, failure = $2
where id = $3 and attempts = $4 and state = 'waiting'
returning id
