-- Deletes up to 1,000 sessions that are over; one row back for each.
-- Parameters: $1 now_ms.
delete from session
where id in (select id from session where expires_at_ms <= $1 order by expires_at_ms limit 1000)
returning 1 as deleted
