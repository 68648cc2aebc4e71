-- Deletes up to 1,000 invitations that are over; one row back for each.
-- Parameters: $1 now_ms.
delete from invitation
where id in (select id from invitation where expires_at_ms <= $1 order by expires_at_ms limit 1000)
returning 1 as deleted
