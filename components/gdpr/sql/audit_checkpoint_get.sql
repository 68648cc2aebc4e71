-- The newest checkpoint of a log that covers at most so many entries.
-- Parameters: $1 tenant_id, $2 size.
select size, note, created_at_ms
from audit_checkpoint
where tenant_id = $1 and size <= $2
order by size desc
limit 1
