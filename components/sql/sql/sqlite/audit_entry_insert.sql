-- Stores the entry that a log ends with.
-- Parameters: $1 tenant_id, $2 seq, $3 at_ms, $4 action, $5 actor_id, $6 entry, $7 link.
insert into audit_entry (tenant_id, seq, at_ms, action, actor_id, entry, link)
values ($1, $2, $3, $4, $5, $6, $7)
returning seq
