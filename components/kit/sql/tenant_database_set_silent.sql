-- Has the database of a tenant left alone for a while.
-- Parameters: $1 silent_until_ms, $2 tenant_id.
update tenant_database
set silent_until_ms = $1
where tenant_id = $2
returning tenant_id
