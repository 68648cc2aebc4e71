-- Begins a log with one entry.
-- Parameters: $1 tenant_id, $2 link.
insert into audit_head (tenant_id, size, link)
values ($1, 1, $2)
returning size
