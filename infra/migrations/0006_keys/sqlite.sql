-- What a key is besides: a limit of its own, the networks that it may be used from (separated by single spaces; null is
-- everywhere), texts of the tenant (JSON), whether it came from another system, when it was last used (to the minute),
-- the key that replaced it, why it was revoked, and how often it was changed.
alter table api_key add column limit_calls bigint check (limit_calls between 1 and 1000000);

alter table api_key add column limit_window_ms bigint check (limit_window_ms in (1000, 60000, 3600000, 86400000));

alter table api_key add column networks text;

alter table api_key add column metadata text;

alter table api_key add column imported integer not null default 0 check (imported in (0, 1));

alter table api_key add column last_used_at_ms bigint;

alter table api_key add column successor_id text;

alter table api_key add column revoked_because text check (revoked_because in ('request', 'rotation', 'leak'));

alter table api_key add column version bigint not null default 0;


-- A key of another system is known by its digest alone, and belongs to one tenant for ever.
create unique index api_key_by_import on api_key (digest) where imported = 1;

-- How fast one operation may be called, where that is less than the plan allows in all. The operation's id is that of
-- the OpenAPI document.
create table endpoint_limit (
  plan text not null references plan (name),
  operation text not null,
  calls bigint not null check (calls between 1 and 1000000),
  window_ms bigint not null check (window_ms in (1000, 60000, 3600000, 86400000)),
  primary key (plan, operation)
) without rowid;

insert into endpoint_limit (plan, operation, calls, window_ms) values ('free', 'analyze', 10, 60000);

-- As admitted_call, for calls that more than the plan's bucket limits, or that a key's last use is noted of: a token is
-- taken from each of the buckets that are named, or from none. The buckets of an endpoint and of a key hold as many
-- tokens as their window has calls, and their levels are in parts of a token: as many as the window has milliseconds.
create view limited_call as
select '' as bucket_id, 0 as at_ms, 0 as per_minute, 0 as burst,
  '' as endpoint_bucket_id, 0 as endpoint_calls, 0 as endpoint_window_ms,
  '' as key_bucket_id, 0 as key_calls, 0 as key_window_ms,
  '' as counts_for, 0 as day_ms, 0 as quota, '' as used_key_id
where false;

create trigger limited_call_insert instead of insert on limited_call
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
  values (new.bucket_id, (new.burst - 1) * 60000, new.at_ms)
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
  where id = new.used_key_id and (last_used_at_ms is null or last_used_at_ms < new.at_ms);
end;
