-- Adds what a call has used of a metric, past the quota too: the work is done. No row back means that there is no such
-- metric or tenant, or that the counter can't hold so much.
-- Parameters: $1 day_start_ms, $2 month_start_ms, $3 amount, $4 tenant_id, $5 metric.
insert into usage_counter (tenant_id, metric, period_start_ms, used)
select t.id, m.name, case m.reset when 'daily' then $1 when 'monthly' then $2 else 0 end, $3
from tenant t
join metric m on t.id = $4
where m.name = $5
on conflict (tenant_id, metric, period_start_ms) do update
set used = usage_counter.used + excluded.used
where usage_counter.used <= 9223372036854775807 - excluded.used
returning used
