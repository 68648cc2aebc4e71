-- Deletes up to 1,000 subjects whose attempts are forgotten; one row back for each. The time is asked twice: a row may
-- have been used again while the statement waited for it.
-- Parameters: $1 now_ms.
delete from guess
where forgotten_at_ms <= $1 and ready_at_ms <= $1 and subject in (
  select subject from guess where forgotten_at_ms <= $1 and ready_at_ms <= $1 order by forgotten_at_ms limit 1000
)
returning 1 as deleted
