-- Deletes up to 1,000 mails of the mailbox that came before a point in time; one row back for each.
-- Parameters: $1 delivered_before_ms.
delete from mailbox
where id in (select id from mailbox where delivered_at_ms <= $1 order by delivered_at_ms limit 1000)
returning 1 as deleted
