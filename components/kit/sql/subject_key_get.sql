-- The key of what is personal about somebody in the audit log, sealed.
-- Parameters: $1 subject_id.
select sealed
from subject_key
where subject_id = $1
