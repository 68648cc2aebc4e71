-- Removes a tenant's limits that nobody sets any more.
-- Parameters: $1 tenant_id.
delete from tenant_limit
where tenant_id = $1 and operator_calls is null and own_calls is null
returning subject
