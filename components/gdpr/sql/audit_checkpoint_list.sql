-- The checkpoints of a log that cover more than so many entries and at most so many.
-- Parameters: $1 tenant_id, $2 size below, $3 size.
select size, note, created_at_ms
from audit_checkpoint
where tenant_id = $1 and size > $2 and size <= $3
order by size
