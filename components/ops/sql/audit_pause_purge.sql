-- Deletes up to 1,000 pauses that are over; one row back for each. The time is asked twice: a pause may have begun again
-- while the statement waited for it.
-- Parameters: $1 now_ms.
delete from audit_pause
where ends_at_ms <= $1 and subject in (
  select subject from audit_pause where ends_at_ms <= $1 order by ends_at_ms limit 1000
)
returning 1 as deleted
