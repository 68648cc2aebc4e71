-- Whether an attempt against a subject may be made now, without counting one; no row back means that it may not.
-- Parameters: $1 subject, $2 now_ms.
select 1 as ready
where not exists (select 1 from guess where subject = $1 and ready_at_ms > $2)
