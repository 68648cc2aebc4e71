-- Moves the end of a log by one entry.
-- Parameters: $1 link, $2 tenant_id.
update audit_head
set size = size + 1, link = $1
where tenant_id = $2
returning size
