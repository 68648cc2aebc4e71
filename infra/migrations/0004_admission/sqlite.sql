-- The token bucket of a tenant's programs (id: the tenant) or of one person (id: tenant:person, or the person).
-- The level is in 1/60,000 tokens.
create table bucket (
  id text primary key,
  level bigint not null,
  level_at_ms bigint not null
) without rowid;

-- How much of a metric a tenant has used in the period that starts then.
create table usage_counter (
  tenant_id text not null references tenant (id),
  metric text not null references metric (name),
  period_start_ms bigint not null,
  used bigint not null,
  primary key (tenant_id, metric, period_start_ms)
) without rowid;


-- A row put in here admits one call: it takes a token from the bucket and counts the call for a tenant (or for none),
-- both or neither. A call that finds no token or no quota left is ignored. Where SQLite has this view and its trigger,
-- PostgreSQL has a function.
create view admitted_call as
select '' as bucket_id, 0 as at_ms, 0 as per_minute, 0 as burst, '' as counts_for, 0 as day_ms, 0 as quota
where false;

create trigger admitted_call_insert instead of insert on admitted_call
begin
  select raise(ignore) from bucket b
  where b.id = new.bucket_id
    and min(b.level + max(new.at_ms - b.level_at_ms, 0) * new.per_minute, new.burst * 60000) < 60000;
  select raise(ignore)
  where new.counts_for is not null
    and coalesce((select u.used from usage_counter u where u.tenant_id = new.counts_for
      and u.metric = 'api_calls' and u.period_start_ms = new.day_ms), 0) >= new.quota;
  insert into bucket (id, level, level_at_ms)
  values (new.bucket_id, (new.burst - 1) * 60000, new.at_ms)
  on conflict (id) do update
  set level = min(level + max(new.at_ms - level_at_ms, 0) * new.per_minute, new.burst * 60000) - 60000,
    level_at_ms = max(level_at_ms, new.at_ms);
  insert into usage_counter (tenant_id, metric, period_start_ms, used)
  select new.counts_for, 'api_calls', new.day_ms, 1
  where new.counts_for is not null
  on conflict (tenant_id, metric, period_start_ms) do update
  set used = used + 1;
end;
