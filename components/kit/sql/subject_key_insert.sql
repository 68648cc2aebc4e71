-- Stores the key of what is personal about somebody, unless there is one; the one that is kept is returned.
-- Parameters: $1 subject_id, $2 sealed, $3 created_at_ms.
insert into subject_key (subject_id, sealed, created_at_ms)
values ($1, $2, $3)
on conflict (subject_id) do update set subject_id = excluded.subject_id
returning sealed
