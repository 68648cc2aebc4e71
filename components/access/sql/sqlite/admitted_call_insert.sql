-- Takes a token and counts the call, both or neither: no row means neither. The view's trigger does it.
-- Parameters: $1 bucket_id, $2 at_ms, $3 per_minute, $4 burst, $5 counts_for, $6 day_ms, $7 quota.
insert into admitted_call (bucket_id, at_ms, per_minute, burst, counts_for, day_ms, quota)
values ($1, $2, $3, $4, $5, $6, $7)
returning
  (select b.level from bucket b where b.id = bucket_id) as level,
  (select b.level_at_ms from bucket b where b.id = bucket_id) as level_at_ms,
  (select u.used from usage_counter u
    where u.tenant_id = counts_for and u.metric = 'api_calls' and u.period_start_ms = day_ms) as calls
