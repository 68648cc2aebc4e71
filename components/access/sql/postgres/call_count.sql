-- Counts a call whose tokens were taken elsewhere and notes the key's use, both or neither: `calls` is null where a call
-- that counts was one too many. As the decision in one statement it waits for no disk.
-- Parameters: $1 counts_for, $2 day_ms, $3 quota, $4 at_ms, $5 used_key_id.
with counted as (
  insert into usage_counter as u (tenant_id, metric, period_start_ms, used)
  select $1::text, 'api_calls', $2::bigint, 1
  where $1::text is not null and coalesce($3::bigint, 1) > 0
  on conflict (tenant_id, metric, period_start_ms)
  do update set used = u.used + 1 where $3::bigint is null or u.used < $3::bigint
  returning u.used
), noted as (
  update api_key k
  set last_used_at_ms = $4::bigint
  where (k.last_used_at_ms is null or k.last_used_at_ms < $4::bigint) and k.id = $5::text
    and ($1::text is null or exists (select c.used from counted c))
  returning k.id
)
select (select c.used from counted c) as calls, set_config('synchronous_commit', 'off', true) as synchronous
