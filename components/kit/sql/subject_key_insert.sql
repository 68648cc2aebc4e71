-- Stores the key of what is personal about somebody, unless there is one; the one that is kept is returned.
-- Parameters: $1 subject_id, $2 sealed, $3 wrapped_by, $4 created_at_ms.
insert into subject_key (subject_id, sealed, wrapped_by, created_at_ms)
values ($1, $2, $3, $4)
on conflict (subject_id) do update set subject_id = excluded.subject_id
returning sealed, wrapped_by
