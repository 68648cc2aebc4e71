-- Entries of a stretch of a log, newest first: of every action and actor where those are empty. The kind of an actor is found
-- in the entry's canonical bytes, where nothing else can be written so: names and texts in it have their quotes escaped.
-- Parameters: $1 tenant_id, $2 first seq, $3 seq after the last, $4 first at_ms, $5 at_ms after the last, $6 action,
-- $7 actor_id, $8 actor kind, $9 rows.
select seq, entry, link
from audit_entry
where tenant_id = $1 and seq >= $2 and seq < $3 and at_ms >= $4 and at_ms < $5 and ($6 = '' or action = $6)
  and ($7 = '' or actor_id = $7) and ($8 = '' or entry like '%"actor":{"kind":"' || $8 || '"}%')
order by seq desc
limit $9
