-- Counts one call.
-- Parameters: $1 tenant_id, $2 day_ms.
insert into usage_counter (tenant_id, metric, period_start_ms, used)
values ($1, 'api_calls', $2, 1)
on conflict (tenant_id, metric, period_start_ms) do update
set used = usage_counter.used + 1
returning used
