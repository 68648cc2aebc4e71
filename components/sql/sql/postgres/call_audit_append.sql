-- Appends an entry to a log; its place is returned.
-- Parameters: $1 tenant_id, $2 entry, $3 action, $4 actor_id, $5 at_ms.
select insula_audit_append($1, $2, $3, $4, $5) as seq
