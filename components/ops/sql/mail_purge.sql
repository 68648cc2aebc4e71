-- Deletes up to 1,000 mails that ended before a point in time; one row back for each. Rows that were never mail ended
-- long ago.
-- Parameters: $1 ended_before_ms.
delete from mail
where id in (select id from mail where ended_at_ms <= $1 order by ended_at_ms limit 1000)
returning 1 as deleted
