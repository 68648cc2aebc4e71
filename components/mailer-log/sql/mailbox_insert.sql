-- Keeps a mail that was delivered; one that is delivered again is kept once.
-- Parameters: $1 id, $2 content, $3 delivered_at_ms.
insert into mailbox (id, content, delivered_at_ms)
values ($1, $2, $3)
on conflict (id) do nothing
returning id
