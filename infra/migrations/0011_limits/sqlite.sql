-- A key that a limited key made, or that replaced one, shares its limit: all of them draw from the bucket of the first one,
-- `limit_root`, and have the same limit. `bounds_role` is the highest role of those who set the bounds of a key; null, of
-- a release that knew none, counts as an owner's.
alter table api_key add column limit_root text;

alter table api_key add column bounds_role text check (bounds_role in ('owner', 'admin', 'analyst', 'viewer'));

update api_key set bounds_role = (
  select m.role from membership m where m.tenant_id = api_key.tenant_id and m.user_id = api_key.created_by
);

create index api_key_by_limit_root on api_key (limit_root) where limit_root is not null;

-- What a tenant may, where that isn't what its plan says: all its calls (`all`), one operation (its id in the OpenAPI
-- document) or one key (its id, or that of the key whose limit it shares). The operator's takes the place of the plan's;
-- the tenant's own counts while it is within that. `own_role` is the role of who set the tenant's.
create table tenant_limit (
  tenant_id text not null references tenant (id) on delete cascade,
  subject text not null,
  operator_calls bigint check (operator_calls between 1 and 1000000),
  operator_window_ms bigint check (operator_window_ms in (1000, 60000, 3600000, 86400000)),
  operator_burst bigint check (operator_burst between 1 and 1000000),
  own_calls bigint check (own_calls between 1 and 1000000),
  own_window_ms bigint check (own_window_ms in (1000, 60000, 3600000, 86400000)),
  own_burst bigint check (own_burst between 1 and 1000000),
  own_role text check (own_role in ('owner', 'admin')),
  version bigint not null,
  primary key (tenant_id, subject),
  -- A bucket that nothing was taken from for a day is full, and so needs no row.
  check (operator_burst * operator_window_ms <= operator_calls * 86400000),
  check (own_burst * own_window_ms <= own_calls * 86400000)
) without rowid;

-- Whether the tenant has such rows: nobody else's call asks for them.
alter table tenant add column limited integer not null default 0 check (limited in (0, 1));

-- How often a plan was changed.
alter table plan add column version bigint not null default 0;

-- Where a task of the tick goes on that walks through a whole table, a part at each call.
create table tick_cursor (
  task text primary key,
  after_id text not null
) without rowid;

-- Keys that ended are kept for a time. Those of other systems stay, because their texts belong to one tenant for ever.
create index api_key_by_revocation on api_key (revoked_at_ms) where revoked_at_ms is not null and imported = 0;

create index api_key_by_end on api_key (expires_at_ms) where expires_at_ms is not null and imported = 0;

-- As limited_call, which stays for the release before: for calls that draw nothing from the plan's bucket, too.
create view limited_call_2 as
select '' as bucket_id, 0 as at_ms, 0 as per_minute, 0 as burst,
  '' as endpoint_bucket_id, 0 as endpoint_calls, 0 as endpoint_window_ms,
  '' as key_bucket_id, 0 as key_calls, 0 as key_window_ms,
  '' as counts_for, 0 as day_ms, 0 as quota, '' as used_key_id
where false;

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
  where id = new.used_key_id and (last_used_at_ms is null or last_used_at_ms < new.at_ms);
end;
