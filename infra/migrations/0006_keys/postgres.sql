-- What a key is besides: a limit of its own, the networks that it may be used from (separated by single spaces; null is
-- everywhere), texts of the tenant (JSON), whether it came from another system, when it was last used (to the minute),
-- the key that replaced it, why it was revoked, and how often it was changed.
alter table api_key
  add column limit_calls bigint check (limit_calls between 1 and 1000000),
  add column limit_window_ms bigint check (limit_window_ms in (1000, 60000, 3600000, 86400000)),
  add column networks text,
  add column metadata text,
  add column imported integer not null default 0 check (imported in (0, 1)),
  add column last_used_at_ms bigint,
  add column successor_id text,
  add column revoked_because text check (revoked_because in ('request', 'rotation', 'leak')),
  add column version bigint not null default 0;

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
);

insert into endpoint_limit (plan, operation, calls, window_ms) values ('free', 'analyze', 10, 60000);

-- As insula_admit was: with the limits of the endpoint and of the key beside the plan's,
-- with keys that are known by their digest alone (an empty lookup), and with the networks that a key may be used from.
-- A key's last use is noted at most once a minute.
--
-- Tokens are taken in one order, the plan's bucket first, so that two calls never wait for each other. The states of the
-- further limits are four numbers each: calls, milliseconds of the window, level, and when it was that.
create procedure insula_admit_2(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint, endpoint text, client text,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint, out endpoint_state text, out key_state text
) language plpgsql as $admit$
#variable_conflict use_column
declare
  bucket_id text;
  endpoint_calls bigint;
  endpoint_window bigint;
  endpoint_level bigint;
  endpoint_at bigint;
  key_calls bigint;
  key_window bigint;
  key_level bigint;
  key_at bigint;
  last_used bigint;
begin
  -- Everything is read, and decided as far as no limit decides, in one go: expressions cost more than joins here.
  if by_token = 1 then
    select s.id, s.user_id, m.tenant_id, m.role, p.name, p.requests_per_minute, p.burst, q.quota, e.calls, e.window_ms,
        case
          when a.expires_at_ms <= at_ms or s.ended_at_ms is not null then 'unauthenticated'
          when m.role is null and (asked_tenant is not null or tenant_required = 1) then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when allowed_roles is not null
            and (m.role is null or m.role <> all (string_to_array(allowed_roles, ' '))) then 'forbidden'
        end
      into credential_id, person_id, tenant_id, role, plan, requests_per_minute, burst, calls_quota,
        endpoint_calls, endpoint_window, outcome
      from access_token a
      join session s on s.id = a.session_id
      left join membership m on m.user_id = s.user_id and m.tenant_id = coalesce(asked_tenant, a.tenant_id)
      left join tenant t on t.id = m.tenant_id
      join plan p on p.name = coalesce(t.plan, 'free')
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      left join endpoint_limit e on e.plan = p.name and e.operation = endpoint
      where a.digest = presented;
  else
    if lookup = '' then
      lookup := (select k.id from api_key k where k.digest = presented and k.imported = 1);
    end if;
    select k.id, k.created_by, k.tenant_id, m.role, k.scopes, p.name, p.requests_per_minute, p.burst, q.quota,
        e.calls, e.window_ms, k.limit_calls, k.limit_window_ms, k.last_used_at_ms,
        case
          when bit_count(('x' || k.digest)::bit(256) # ('x' || presented)::bit(256)) <> 0
            or m.role is null or k.revoked_at_ms is not null or k.expires_at_ms <= at_ms then 'unauthenticated'
          when k.networks is not null and (client is null
            or not client::inet <<= any (string_to_array(k.networks, ' ')::inet[])) then 'unauthenticated'
          when k.tenant_id <> asked_tenant then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when m.role <> all (string_to_array(allowed_roles, ' '))
            or not string_to_array(k.scopes, ' ') && string_to_array(allowed_scopes, ' ') then 'forbidden'
        end
      into credential_id, person_id, tenant_id, role, scopes, plan, requests_per_minute, burst, calls_quota,
        endpoint_calls, endpoint_window, key_calls, key_window, last_used, outcome
      from api_key k
      join tenant t on t.id = k.tenant_id
      left join membership m on m.user_id = k.created_by and m.tenant_id = k.tenant_id
      join plan p on p.name = t.plan
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      left join endpoint_limit e on e.plan = p.name and e.operation = endpoint
      where k.id = lookup;
  end if;
  if outcome is not null or credential_id is null then
    outcome := coalesce(outcome, 'unauthenticated');
    return;
  end if;
  bucket_id := case when by_token = 1 then coalesce(tenant_id || ':', '') || person_id else tenant_id end;

  set local synchronous_commit = off;
  insert into bucket as b (id, level, level_at_ms)
    values (bucket_id, (burst - 1) * 60000, at_ms)
    on conflict (id) do update
    set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) - 60000,
      level_at_ms = greatest(b.level_at_ms, at_ms)
    where least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) >= 60000
    returning b.level, b.level_at_ms into level, level_at_ms;
  if level is null then
    outcome := 'rate_limited';
  elsif endpoint_calls is not null then
    insert into bucket as b (id, level, level_at_ms)
      values (bucket_id || '/' || endpoint || ':' || endpoint_window, (endpoint_calls - 1) * endpoint_window, at_ms)
      on conflict (id) do update
      set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * endpoint_calls, endpoint_calls * endpoint_window)
          - endpoint_window,
        level_at_ms = greatest(b.level_at_ms, at_ms)
      where least(b.level + greatest(at_ms - b.level_at_ms, 0) * endpoint_calls, endpoint_calls * endpoint_window)
        >= endpoint_window
      returning b.level, b.level_at_ms into endpoint_level, endpoint_at;
    if endpoint_level is null then
      outcome := 'rate_limited';
    end if;
  end if;
  if outcome is null and key_calls is not null then
    insert into bucket as b (id, level, level_at_ms)
      values (tenant_id || '/' || credential_id || ':' || key_window, (key_calls - 1) * key_window, at_ms)
      on conflict (id) do update
      set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * key_calls, key_calls * key_window) - key_window,
        level_at_ms = greatest(b.level_at_ms, at_ms)
      where least(b.level + greatest(at_ms - b.level_at_ms, 0) * key_calls, key_calls * key_window) >= key_window
      returning b.level, b.level_at_ms into key_level, key_at;
    if key_level is null then
      outcome := 'rate_limited';
    end if;
  end if;
  if outcome is null and metered = 1 and tenant_id is not null then
    insert into usage_counter as u (tenant_id, metric, period_start_ms, used)
      select tenant_id, 'api_calls', day_ms, 1 where calls_quota is null or calls_quota > 0
      on conflict (tenant_id, metric, period_start_ms)
      do update set used = u.used + 1 where calls_quota is null or u.used < calls_quota
      returning u.used into calls;
    if calls is null then
      outcome := 'quota_exceeded';
      calls := calls_quota;
    end if;
  end if;
  if outcome is not null then
    rollback;
    -- What the buckets hold that nothing was taken from.
    select b.level, b.level_at_ms into level, level_at_ms from bucket b where b.id = bucket_id;
    if endpoint_calls is not null then
      select b.level, b.level_at_ms into endpoint_level, endpoint_at from bucket b
        where b.id = bucket_id || '/' || endpoint || ':' || endpoint_window;
    end if;
    if key_calls is not null then
      select b.level, b.level_at_ms into key_level, key_at from bucket b
        where b.id = tenant_id || '/' || credential_id || ':' || key_window;
    end if;
  end if;
  if endpoint_calls is not null then
    endpoint_state := concat_ws(' ', endpoint_calls, endpoint_window, endpoint_level, endpoint_at);
  end if;
  if key_calls is not null then
    key_state := concat_ws(' ', key_calls, key_window, key_level, key_at);
  end if;
  if calls is null then
    select u.used into calls from usage_counter u
      where u.tenant_id = insula_admit_2.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms;
  end if;
  if outcome is null then
    if by_token = 0 and (last_used is null or last_used <= at_ms - 60000) then
      update api_key k set last_used_at_ms = at_ms
        where k.id = credential_id and (k.last_used_at_ms is null or k.last_used_at_ms < at_ms);
    end if;
    outcome := 'admitted';
    commit;
    perform pg_logical_emit_message(true, 'insula', '');
  end if;
end $admit$;

-- What an older release calls decides the same now: it knows no address, so a key that is bound to networks is refused
-- there, and the key's own limit holds there too.
create or replace procedure insula_admit(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint
) language plpgsql as $admit$
declare
  endpoint_state text;
  key_state text;
begin
  call insula_admit_2(by_token, lookup, presented, asked_tenant, tenant_required, allowed_roles, allowed_scopes, metered,
    at_ms, day_ms, null, null, outcome, credential_id, person_id, tenant_id, role, scopes, plan, requests_per_minute,
    burst, level, level_at_ms, calls, calls_quota, endpoint_state, key_state);
end $admit$;
