-- Puts the mail of an account's token into the outbox if the token was made. If not, a row of the same size is written
-- that is never delivered: so it costs the same, and nobody can tell by the time whether an address is known.
-- Parameters: $1 id, $2 template, $3 content, $4 created_at_ms, $5 digest of the token.
insert into mail (id, template, subject_id, content, state, attempts, created_at_ms, due_at_ms, ended_at_ms)
select $1, $2, coalesce(t.user_id, ''), $3, case when t.user_id is null then 'void' else 'waiting' end, 0, $4, $4,
  case when t.user_id is null then 0 end
from (select 1 as row) always
left join account_token t on t.digest = $5
returning id
