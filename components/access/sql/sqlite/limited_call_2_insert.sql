-- Takes a token from each bucket that is named (of the plan's too, unless it is null), counts the call and notes the
-- key's use, all or nothing: no row means nothing. The view's trigger does it.
-- Parameters: $1 bucket_id, $2 at_ms, $3 per_minute, $4 burst, $5 endpoint_bucket_id, $6 endpoint_calls,
-- $7 endpoint_window_ms, $8 key_bucket_id, $9 key_calls, $10 key_window_ms, $11 counts_for, $12 day_ms, $13 quota,
-- $14 used_key_id.
insert into limited_call_2 (bucket_id, at_ms, per_minute, burst, endpoint_bucket_id, endpoint_calls, endpoint_window_ms,
  key_bucket_id, key_calls, key_window_ms, counts_for, day_ms, quota, used_key_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
returning
  (select b.level from bucket b where b.id = bucket_id) as level,
  (select b.level_at_ms from bucket b where b.id = bucket_id) as level_at_ms,
  (select b.level from bucket b where b.id = endpoint_bucket_id) as endpoint_level,
  (select b.level_at_ms from bucket b where b.id = endpoint_bucket_id) as endpoint_level_at_ms,
  (select b.level from bucket b where b.id = key_bucket_id) as key_level,
  (select b.level_at_ms from bucket b where b.id = key_bucket_id) as key_level_at_ms,
  (select u.used from usage_counter u
    where u.tenant_id = counts_for and u.metric = 'api_calls' and u.period_start_ms = day_ms) as calls
