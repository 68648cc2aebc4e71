-- Stores what was wrapped anew; no row back means that somebody else has, or that it is another by now.
-- Parameters: $1 sealed, $2 wrapped_by, $3 subject_id, $4 sealed before.
update subject_key
set sealed = $1, wrapped_by = $2
where subject_id = $3 and sealed = $4
returning subject_id
