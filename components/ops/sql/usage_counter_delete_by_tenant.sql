-- Deletes up to 1,000 rows of a tenant; one row back for each.
-- Parameters: $1 tenant_id.
delete from usage_counter
where tenant_id = $1 and (metric, period_start_ms) in (
  select metric, period_start_ms from usage_counter where tenant_id = $1 order by metric, period_start_ms limit 1000
)
returning 1 as deleted
