-- The mails of the outbox before a cursor, newest first; without a cursor from the newest.
-- Parameters: $1 before_id or empty, $2 rows.
select id, template, state, attempts, failure, created_at_ms, due_at_ms, ended_at_ms
from mail
where state <> 'void' and ($1 = '' or id < $1)
order by id desc
limit $2
