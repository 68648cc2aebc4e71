-- Puts a mail to whoever has the address into the outbox, unless one of the same kind was put there since then.
-- Parameters: $1 id, $2 template, $3 content, $4 created_at_ms, $5 email, $6 since_ms.
insert into mail (id, template, subject_id, content, state, attempts, created_at_ms, due_at_ms)
select $1, $2, u.id, $3, 'waiting', 0, $4, $4
from user_account u
where u.email = $5 and not exists (
  select 1 from mail m where m.subject_id = u.id and m.template = $2 and m.created_at_ms > $6
)
returning id
