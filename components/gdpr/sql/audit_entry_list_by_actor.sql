-- Entries of a stretch of a log by one person or key, newest first: of every action where that is empty.
-- Parameters: $1 tenant_id, $2 first seq, $3 seq after the last, $4 first at_ms, $5 at_ms after the last, $6 action,
-- $7 actor_id, $8 rows.
select seq, entry, link
from audit_entry
where tenant_id = $1 and seq >= $2 and seq < $3 and at_ms >= $4 and at_ms < $5 and ($6 = '' or action = $6)
  and actor_id = $7
order by seq desc
limit $8
