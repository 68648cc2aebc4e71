-- Whether something was noted lately: a row means that it was.
-- Parameters: $1 subject, $2 now_ms.
select subject
from audit_pause
where subject = $1 and ends_at_ms > $2
