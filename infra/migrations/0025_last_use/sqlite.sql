-- A key's use is noted once a minute, also of calls that come at once: who writes it asks again how old it is. All else is as
-- it was.
drop trigger limited_call_2_insert;

create trigger limited_call_2_insert instead of insert on limited_call_2
begin
  select raise(ignore) from bucket b
  where b.id = new.bucket_id
    and min(b.level + max(new.at_ms - b.level_at_ms, 0) * new.per_minute, new.burst * 60000) < 60000;
  select raise(ignore) from bucket b
  where b.id = new.endpoint_bucket_id
    and min(b.level + max(new.at_ms - b.level_at_ms, 0) * new.endpoint_calls,
      new.endpoint_calls * new.endpoint_window_ms) < new.endpoint_window_ms;
  select raise(ignore) from bucket b
  where b.id = new.key_bucket_id
    and min(b.level + max(new.at_ms - b.level_at_ms, 0) * new.key_calls,
      new.key_calls * new.key_window_ms) < new.key_window_ms;
  select raise(ignore)
  where new.counts_for is not null
    and coalesce((select u.used from usage_counter u where u.tenant_id = new.counts_for
      and u.metric = 'api_calls' and u.period_start_ms = new.day_ms), 0) >= new.quota;
  insert into bucket (id, level, level_at_ms)
  select new.bucket_id, (new.burst - 1) * 60000, new.at_ms
  where new.bucket_id is not null
  on conflict (id) do update
  set level = min(level + max(new.at_ms - level_at_ms, 0) * new.per_minute, new.burst * 60000) - 60000,
    level_at_ms = max(level_at_ms, new.at_ms);
  insert into bucket (id, level, level_at_ms)
  select new.endpoint_bucket_id, (new.endpoint_calls - 1) * new.endpoint_window_ms, new.at_ms
  where new.endpoint_bucket_id is not null
  on conflict (id) do update
  set level = min(level + max(new.at_ms - level_at_ms, 0) * new.endpoint_calls,
      new.endpoint_calls * new.endpoint_window_ms) - new.endpoint_window_ms,
    level_at_ms = max(level_at_ms, new.at_ms);
  insert into bucket (id, level, level_at_ms)
  select new.key_bucket_id, (new.key_calls - 1) * new.key_window_ms, new.at_ms
  where new.key_bucket_id is not null
  on conflict (id) do update
  set level = min(level + max(new.at_ms - level_at_ms, 0) * new.key_calls,
      new.key_calls * new.key_window_ms) - new.key_window_ms,
    level_at_ms = max(level_at_ms, new.at_ms);
  insert into usage_counter (tenant_id, metric, period_start_ms, used)
  select new.counts_for, 'api_calls', new.day_ms, 1
  where new.counts_for is not null
  on conflict (tenant_id, metric, period_start_ms) do update
  set used = used + 1;
  update api_key
  set last_used_at_ms = new.at_ms
  where id = new.used_key_id and (last_used_at_ms is null or last_used_at_ms <= new.at_ms - 60000);
end;
