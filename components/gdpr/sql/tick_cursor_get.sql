-- Where a task goes on.
-- Parameters: $1 task.
select after_id
from tick_cursor
where task = $1
