-- Puts the mail of an account's token into the outbox, if the token was made.
-- Parameters: $1 id, $2 template, $3 content, $4 created_at_ms, $5 digest of the token.
insert into mail (id, template, subject_id, content, state, attempts, created_at_ms, due_at_ms)
select $1, $2, t.user_id, $3, 'waiting', 0, $4, $4
from account_token t
where t.digest = $5
returning id
