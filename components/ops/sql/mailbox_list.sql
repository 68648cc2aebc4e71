-- The mails of the mailbox before a cursor, newest first; without a cursor from the newest. With each, whom it is about:
-- a person, or the tenant that has sent it.
-- Parameters: $1 before_id or empty, $2 rows.
select b.id, b.content, b.delivered_at_ms, coalesce(m.subject_id, '') as subject_id
from mailbox b left join mail m on m.id = b.id
where $1 = '' or b.id < $1
order by b.id desc
limit $2
