-- The key of what is personal about somebody in the audit log, wrapped.
-- Parameters: $1 subject_id.
select sealed, wrapped_by
from subject_key
where subject_id = $1
