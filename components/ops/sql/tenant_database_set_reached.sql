-- Notes that the database of a tenant was reached.
-- Parameters: $1 tenant_id.
update tenant_database
set failures = 0, retry_at_ms = 0
where tenant_id = $1 and failures > 0
returning tenant_id
