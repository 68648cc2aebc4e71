-- Begins the pause in which something isn't noted again; no row back means that it has begun.
-- Parameters: $1 subject, $2 ends_at_ms, $3 now_ms.
insert into audit_pause (subject, ends_at_ms)
values ($1, $2)
on conflict (subject) do update
set ends_at_ms = excluded.ends_at_ms
where audit_pause.ends_at_ms <= $3
returning subject
