-- Entries of a log, one after another, with what they are found by.
-- Parameters: $1 tenant_id, $2 first seq, $3 seq after the last.
select seq, entry, link, at_ms, action, coalesce(actor_id, '') as actor_id
from audit_entry
where tenant_id = $1 and seq >= $2 and seq < $3
order by seq
