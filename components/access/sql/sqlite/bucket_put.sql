-- Stores the bucket after a call.
-- Parameters: $1 id, $2 level, $3 level_at_ms.
insert into bucket (id, level, level_at_ms)
values ($1, $2, $3)
on conflict (id) do update
set level = excluded.level, level_at_ms = excluded.level_at_ms
returning id
