-- Has the database of a tenant tried again later: after a minute, and twice as long each time, up to 64 minutes.
-- Parameters: $1 now, $2 tenant_id.
update tenant_database
set failures = failures + 1,
  retry_at_ms = $1 + 60000 * case
    when failures = 0 then 1 when failures = 1 then 2 when failures = 2 then 4 when failures = 3 then 8
    when failures = 4 then 16 when failures = 5 then 32 else 64 end
where tenant_id = $2
returning retry_at_ms
