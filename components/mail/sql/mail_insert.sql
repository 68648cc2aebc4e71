-- Puts a mail into the outbox.
-- Parameters: $1 id, $2 template, $3 subject_id, $4 content, $5 created_at_ms.
insert into mail (id, template, subject_id, content, state, attempts, created_at_ms, due_at_ms)
values ($1, $2, $3, $4, 'waiting', 0, $5, $5)
returning id
