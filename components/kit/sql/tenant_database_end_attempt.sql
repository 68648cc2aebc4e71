-- Ends an attempt to bring a tenant's product data back: it stays in its own database.
-- Parameters: $1 tenant_id, $2 attempt.
update tenant_database
set attempt = null, attempted_at_ms = null
where tenant_id = $1 and attempt = $2
returning tenant_id
