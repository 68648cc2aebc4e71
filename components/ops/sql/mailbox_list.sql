-- The mails of the mailbox before a cursor, newest first; without a cursor from the newest.
-- Parameters: $1 before_id or empty, $2 rows.
select id, content, delivered_at_ms
from mailbox
where $1 = '' or id < $1
order by id desc
limit $2
