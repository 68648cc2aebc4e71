-- Deletes up to 1,000 rows of a tenant; one row back for each.
-- Parameters: $1 tenant_id.
delete from tenant_limit
where tenant_id = $1 and subject in (
  select subject from tenant_limit where tenant_id = $1 order by subject limit 1000
)
returning 1 as deleted
