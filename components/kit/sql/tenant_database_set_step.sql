-- Notes the newest step that was done in the database of a tenant.
-- Parameters: $1 step, $2 tenant_id.
update tenant_database
set step = $1
where tenant_id = $2 and step < $1
returning tenant_id
