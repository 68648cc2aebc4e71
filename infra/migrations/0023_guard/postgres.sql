-- The guard decides as a role of its own, and in two thirds of the time; and appending to a log costs less once more.

-- Who decides about calls: the two functions below, and nobody else. Nobody is a member of this role and it may not log in.
-- A cluster has it once, for all of its databases.
begin
  if not exists (select from pg_roles where rolname = 'insula_guard') then
    create role insula_guard nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'the role insula_guard is not there, and % may not make it', current_user
      using errcode = 'IN003', hint = 'as a superuser: create role insula_guard nologin';
end;
if exists (select from pg_roles where rolname = 'insula_guard' and (rolsuper or rolbypassrls or rolcanlogin)) then
  raise exception 'the role insula_guard must be bound by row-level security' using errcode = 'IN003',
    hint = 'alter role insula_guard nologin nosuperuser nobypassrls';
end if;

-- What a bucket was before it was last taken from; nothing for one that was made then.
alter table bucket add column before_level bigint;
alter table bucket add column before_at_ms bigint;

grant usage on schema public to insula_guard;
grant select on access_token, session, api_key, membership, tenant, tenant_limit, plan, plan_quota, endpoint_limit
  to insula_guard;
grant select, insert, update, delete on bucket to insula_guard;
grant select, insert, update on usage_counter to insula_guard;
grant update (last_used_at_ms) on api_key to insula_guard;
-- A call is of a tenant that is not known before its credential is read, so no scope binds this role, but what its two
-- functions do with a row.
create policy is_admitted on access_token for select to insula_guard using (true);
create policy is_admitted on session for select to insula_guard using (true);
create policy is_admitted on api_key to insula_guard using (true);
create policy is_admitted on membership for select to insula_guard using (true);
create policy is_admitted on tenant for select to insula_guard using (true);
create policy is_admitted on tenant_limit for select to insula_guard using (true);
create policy is_admitted on bucket to insula_guard using (true);
create policy is_admitted on usage_counter to insula_guard using (true);

-- Only who is a member of a role gives it a function, or changes one that it has: who owns the tables is one until the end of
-- this step.
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant insula_guard, insula_log to %I', current_user);
    grant create on schema public to insula_guard;
  end if;
exception
  when insufficient_privilege then
    raise exception '% may not give functions to the roles insula_guard and insula_log', current_user using errcode = 'IN003',
      hint = format('as a superuser: grant insula_guard, insula_log to %I with admin option', current_user);
end;

-- As it was. What runs as that role names tables and types whole: a shorter name could mean one that whoever is connected
-- made for the session. It answers who serves, and no statement of a batch: in one, the role is set.
create or replace function insula_admit_4(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint, endpoint text, client text,
  impersonator_allowed bigint, client_network text,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint, out endpoint_state text, out key_state text,
  out impersonated bigint, out new_network bigint
) language plpgsql security definer as $admit$
#variable_conflict use_column
declare
  token public.access_token;
  k public.api_key;
  session_ended_at_ms bigint;
  tenant_state pg_catalog.text;
  limited bigint;
  bucket_id pg_catalog.text;
  endpoint_calls bigint;
  endpoint_window bigint;
  endpoint_level bigint;
  endpoint_at bigint;
  key_calls bigint;
  key_window bigint;
  key_level bigint;
  key_at bigint;
  limit_root pg_catalog.text;
  endpoint_id pg_catalog.text;
  limit_id pg_catalog.text;
  taken pg_catalog.text[];
  exempt boolean := false;
  custom public.tenant_limit;
  setting pg_catalog.text;
begin
  if current_setting('role') <> 'none' or not pg_has_role(session_user, 'insula_runtime', 'member') then
    raise exception 'only who serves asks the guard' using errcode = '42501';
  end if;
  -- One table after the other: to begin a join of them all costs half as much again as to begin each of these.
  if by_token = 1 then
    select * into token from public.access_token where digest = presented;
    select s.id, s.user_id, s.impersonated, s.ended_at_ms
      into credential_id, person_id, impersonated, session_ended_at_ms
      from public.session s where s.id = token.session_id;
    select m.tenant_id, m.role into tenant_id, role
      from public.membership m where m.user_id = person_id
        and m.tenant_id = case when impersonated = 1 then token.tenant_id else coalesce(asked_tenant, token.tenant_id) end;
  else
    if lookup = '' then
      select * into k from public.api_key where digest = presented and imported = 1;
    else
      select * into k from public.api_key where id = lookup;
    end if;
    credential_id := k.id;
    person_id := k.created_by;
    tenant_id := k.tenant_id;
    scopes := k.scopes;
    select m.role into role from public.membership m where m.tenant_id = k.tenant_id and m.user_id = k.created_by;
  end if;
  select t.state, t.plan, t.limited into tenant_state, plan, limited
    from public.tenant t where t.id = insula_admit_4.tenant_id;
  if by_token = 1 then
    outcome := case
      when credential_id is null or token.expires_at_ms <= at_ms or session_ended_at_ms is not null
        or (impersonated = 1 and role is null) then 'unauthenticated'
      when impersonated = 1 and token.tenant_id <> asked_tenant then 'hidden'
      when role is null and (asked_tenant is not null or tenant_required = 1) then 'hidden'
      when tenant_state <> 'active' and tenant_required = 1 then 'suspended'
      when impersonated = 1 and impersonator_allowed = 0 then 'forbidden'
      when allowed_roles is not null
        and (role is null or role <> all (string_to_array(allowed_roles, ' '))) then 'forbidden'
    end;
    bucket_id := coalesce(tenant_id || ':', '') || person_id;
  else
    outcome := case
      when credential_id is null or bit_count(('x' || k.digest)::bit(256) # ('x' || presented)::bit(256)) <> 0
        or role is null or k.revoked_at_ms is not null or k.expires_at_ms <= at_ms then 'unauthenticated'
      when k.tenant_id <> asked_tenant then 'hidden'
      when tenant_state <> 'active' and tenant_required = 1 then 'suspended'
      when role <> all (string_to_array(allowed_roles, ' '))
        or not string_to_array(k.scopes, ' ') && string_to_array(allowed_scopes, ' ') then 'forbidden'
    end;
    -- Before anything but the key itself is told.
    if k.networks is not null and (client is null
      or not client::pg_catalog.inet <<= any (string_to_array(k.networks, ' ')::pg_catalog.inet[])) then
      outcome := 'unauthenticated';
    end if;
    bucket_id := tenant_id;
    key_calls := k.limit_calls;
    key_window := k.limit_window_ms;
    limit_root := coalesce(k.limit_root, k.id);
  end if;
  if outcome = 'unauthenticated' then
    return;
  end if;
  select p.name, p.requests_per_minute, p.burst into plan, requests_per_minute, burst
    from public.plan p where p.name = coalesce(insula_admit_4.plan, 'free');
  select q.quota into calls_quota
    from public.plan_quota q where q.plan = insula_admit_4.plan and q.metric = 'api_calls';
  if outcome is not null then
    return;
  end if;
  select e.calls, e.window_ms into endpoint_calls, endpoint_window
    from public.endpoint_limit e where e.plan = insula_admit_4.plan and e.operation = endpoint;

  if limited = 1 then
    -- What counts of a tenant's own is stated in components/domain/src/custom_limit.rs.
    for custom in
      select l.* from public.tenant_limit l
      where l.tenant_id = insula_admit_4.tenant_id and l.subject in ('all', endpoint, limit_root)
    loop
      if custom.subject = 'all' then
        requests_per_minute := coalesce(custom.operator_calls, requests_per_minute);
        burst := coalesce(custom.operator_burst, burst);
        if custom.own_calls <= requests_per_minute and custom.own_burst <= burst then
          requests_per_minute := custom.own_calls;
          burst := custom.own_burst;
        end if;
      elsif custom.subject = endpoint then
        exempt := exempt or custom.operator_calls is not null;
        endpoint_calls := coalesce(custom.operator_calls, endpoint_calls);
        endpoint_window := coalesce(custom.operator_window_ms, endpoint_window);
        if endpoint_calls is null or (custom.own_calls <= endpoint_calls
          and custom.own_calls * endpoint_window <= endpoint_calls * custom.own_window_ms) then
          endpoint_calls := custom.own_calls;
          endpoint_window := custom.own_window_ms;
        end if;
      elsif custom.operator_calls is not null then
        exempt := true;
        if key_calls is null or key_calls > custom.operator_calls
          or key_calls * custom.operator_window_ms > custom.operator_calls * key_window then
          key_calls := custom.operator_calls;
          key_window := custom.operator_window_ms;
        end if;
      end if;
    end loop;
  end if;

  -- An assignment, for a `perform` costs three times as much.
  setting := set_config('synchronous_commit', 'off', true);
  if exempt then
    requests_per_minute := null;
    burst := null;
  else
    -- A bucket is there for nearly every call, so it is looked for first.
    for attempt in 1 .. 2 loop
      update public.bucket b
        set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) - 60000,
          level_at_ms = greatest(b.level_at_ms, at_ms), before_level = b.level, before_at_ms = b.level_at_ms
        where b.id = bucket_id
          and least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) >= 60000
        returning b.level, b.level_at_ms into level, level_at_ms;
      exit when level is not null;
      insert into public.bucket as b (id, level, level_at_ms) values (bucket_id, (burst - 1) * 60000, at_ms)
        on conflict do nothing
        returning b.level, b.level_at_ms into level, level_at_ms;
      exit when level is not null;
    end loop;
    if level is null then
      outcome := 'rate_limited';
    end if;
  end if;
  if outcome is null and endpoint_calls is not null then
    insert into public.bucket as b (id, level, level_at_ms)
      values (bucket_id || '/' || endpoint || ':' || endpoint_window, (endpoint_calls - 1) * endpoint_window, at_ms)
      on conflict (id) do update
      set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * endpoint_calls, endpoint_calls * endpoint_window)
          - endpoint_window,
        level_at_ms = greatest(b.level_at_ms, at_ms), before_level = b.level, before_at_ms = b.level_at_ms
      where least(b.level + greatest(at_ms - b.level_at_ms, 0) * endpoint_calls, endpoint_calls * endpoint_window)
        >= endpoint_window
      returning b.level, b.level_at_ms into endpoint_level, endpoint_at;
    if endpoint_level is null then
      outcome := 'rate_limited';
    end if;
  end if;
  if outcome is null and key_calls is not null then
    insert into public.bucket as b (id, level, level_at_ms)
      values (tenant_id || '/' || limit_root || ':' || key_window, (key_calls - 1) * key_window, at_ms)
      on conflict (id) do update
      set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * key_calls, key_calls * key_window) - key_window,
        level_at_ms = greatest(b.level_at_ms, at_ms), before_level = b.level, before_at_ms = b.level_at_ms
      where least(b.level + greatest(at_ms - b.level_at_ms, 0) * key_calls, key_calls * key_window) >= key_window
      returning b.level, b.level_at_ms into key_level, key_at;
    if key_level is null then
      outcome := 'rate_limited';
    end if;
  end if;
  if outcome is null and metered = 1 and tenant_id is not null then
    for attempt in 1 .. 2 loop
      update public.usage_counter u set used = u.used + 1
        where u.tenant_id = insula_admit_4.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms
          and (calls_quota is null or u.used < calls_quota)
        returning u.used into calls;
      exit when calls is not null;
      insert into public.usage_counter (tenant_id, metric, period_start_ms, used)
        select insula_admit_4.tenant_id, 'api_calls', day_ms, 0 where calls_quota is null or calls_quota > 0
        on conflict do nothing;
    end loop;
    if calls is null then
      outcome := 'quota_exceeded';
      calls := calls_quota;
    end if;
  end if;
  if outcome is not null then
    -- What was taken is given back, and the buckets are as they were, or are not there: nobody saw it, for the rows are
    -- locked until the end. Adding a token again would keep what came meanwhile at a rate that may be another later.
    endpoint_id := bucket_id || '/' || endpoint || ':' || endpoint_window;
    limit_id := tenant_id || '/' || limit_root || ':' || key_window;
    taken := array[case when level is not null then bucket_id end, case when endpoint_level is not null then endpoint_id end,
      case when key_level is not null then limit_id end];
    delete from public.bucket b where b.id = any (taken) and b.before_level is null;
    update public.bucket b set level = b.before_level, level_at_ms = b.before_at_ms where b.id = any (taken);
    select b.level, b.level_at_ms into level, level_at_ms from public.bucket b where b.id = bucket_id;
    select b.level, b.level_at_ms into endpoint_level, endpoint_at from public.bucket b where b.id = endpoint_id;
    select b.level, b.level_at_ms into key_level, key_at from public.bucket b where b.id = limit_id;
  end if;
  if endpoint_calls is not null then
    endpoint_state := concat_ws(' ', endpoint_calls, endpoint_window, endpoint_level, endpoint_at);
  end if;
  if key_calls is not null then
    key_state := concat_ws(' ', key_calls, key_window, key_level, key_at);
  end if;
  if calls is null then
    select u.used into calls from public.usage_counter u
      where u.tenant_id = insula_admit_4.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms;
  end if;
  if outcome is not null then
    return;
  end if;
  outcome := 'admitted';
  if by_token = 0 then
    if k.last_used_at_ms is null or k.last_used_at_ms <= at_ms - 60000 then
      update public.api_key u set last_used_at_ms = at_ms
        where u.id = credential_id and (u.last_used_at_ms is null or u.last_used_at_ms < at_ms);
    end if;
    -- What is remembered and told is stated in components/domain/src/known_networks.rs.
    if client_network <> all (coalesce(string_to_array(k.known_networks, ' '), '{}'))
      and coalesce(k.networks_told_until_ms, 0) <= at_ms + 3150000 then
      new_network := 1;
    end if;
  end if;
end $admit$;

-- Counts a call whose tokens were taken elsewhere and notes the key's use, both or neither. As the decision above it waits
-- for no disk. Null where there is nothing left of the quota; and where the call is counted for nobody.
create function insula_count_call(counts_for text, day_ms bigint, quota bigint, at_ms bigint, used_key text)
returns bigint language plpgsql security definer as $count$
declare
  calls pg_catalog.int8;
  setting pg_catalog.text;
begin
  if current_setting('role') <> 'none' or not pg_has_role(session_user, 'insula_runtime', 'member') then
    raise exception 'only who serves asks the guard' using errcode = '42501';
  end if;
  setting := set_config('synchronous_commit', 'off', true);
  if counts_for is not null then
    insert into public.usage_counter as u (tenant_id, metric, period_start_ms, used)
      select counts_for, 'api_calls', day_ms, 1 where coalesce(quota, 1) > 0
      on conflict (tenant_id, metric, period_start_ms)
      do update set used = u.used + 1 where quota is null or u.used < quota
      returning u.used into calls;
    if calls is null then
      return null;
    end if;
  end if;
  update public.api_key k set last_used_at_ms = at_ms
    where k.id = used_key and (k.last_used_at_ms is null or k.last_used_at_ms < at_ms);
  return calls;
end $count$;

alter function insula_admit_4 owner to insula_guard;

alter function insula_count_call owner to insula_guard;

-- Who did what is looked through, a bounded part at a time: finding it by an index cost each entry a quarter of what it
-- costs to append it.
drop index audit_entry_by_actor;

-- As they were, and what runs as the role insula_log names its types whole as well. What is no plain expression is run as a
-- query of its own even where it would not be looked at, so it stands where it is needed.
create or replace function insula_audit_link(previous text, place bigint, content text)
returns text language plpgsql immutable as $link$
begin
  return encode(sha256('\x02'::pg_catalog.bytea || decode(previous, 'hex') || int8send(place)
    || sha256('\x00'::pg_catalog.bytea || convert_to(content, 'UTF8'))), 'hex');
end $link$;

create or replace function insula_audit_check_head() returns trigger language plpgsql as $check$
declare
  asked pg_catalog.text;
  grown pg_catalog.bool := true;
begin
  if current_user = 'insula_log' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    grown := new.size = 1;
  else
    asked := coalesce(insula_scope(), '');
    perform set_config('insula.scope', 'system', true);
    grown := new.tenant_id = old.tenant_id and new.size = old.size + 1 and exists (
      select from audit_entry e where e.tenant_id = old.tenant_id and e.seq = old.size - 1);
    perform set_config('insula.scope', asked, true);
  end if;
  if not grown then
    raise exception 'the audit log is only appended to' using errcode = 'IN002';
  end if;
  return new;
end $check$;

create or replace function insula_audit_check_entry() returns trigger language plpgsql as $check$
begin
  if current_user = 'insula_log' then
    return new;
  end if;
  if not exists (
    select from audit_head h where h.tenant_id = new.tenant_id and h.size = new.seq + 1 and h.link = new.link
  ) then
    raise exception 'the audit log is only appended to' using errcode = 'IN002';
  end if;
  return new;
end $check$;

create or replace function insula_audit_append(log text, content text, word text, actor text, time_ms bigint)
returns bigint language plpgsql security definer as $append$
declare
  scope pg_catalog.text := current_setting('insula.scope', true);
  place pg_catalog.int8;
  head_link pg_catalog.text;
begin
  if coalesce(scope, '') = '' or scope not in ('system', 'operator', log) then
    if coalesce(scope, '') = '' or log <> 'platform' and not exists (
      select from public.membership m where m.tenant_id = log and m.user_id = scope
    ) then
      raise exception 'row-level security: a log is told by its tenant, its members, the operator and the system'
        using errcode = '42501';
    end if;
  end if;
  update public.audit_head as h
    set size = h.size + 1, link = encode(sha256('\x02'::pg_catalog.bytea || decode(h.link, 'hex') || int8send(h.size)
      || sha256('\x00'::pg_catalog.bytea || convert_to(content, 'UTF8'))), 'hex')
    where h.tenant_id = log
    returning h.size - 1, h.link into place, head_link;
  if place is null then
    insert into public.audit_head as h (tenant_id, size, link)
      values (log, 1, public.insula_audit_link(repeat('0', 64), 0, content))
      on conflict (tenant_id) do update
      set size = h.size + 1, link = public.insula_audit_link(h.link, h.size, content)
      returning h.size - 1, h.link into place, head_link;
  end if;
  insert into public.audit_entry (tenant_id, seq, at_ms, action, actor_id, entry, link)
    values (log, place, time_ms, word, actor, content, head_link);
  return place;
end $append$;

-- As it was, but what a rule asks stands in it: the planner would read the text of `insula_scope` for each time that a rule
-- asks it, at every statement. Schemas that tenants have already keep theirs, which say the same.
create or replace function insula_isolate(bound regclass, rule text) returns void language plpgsql as $isolate$
begin
  execute format('alter table %s enable row level security', bound);
  execute format('alter table %s force row level security', bound);
  execute format('create policy of_scope on %s using (%s)', bound,
    replace('insula_scope() in (''system'', ''operator'') or ' || rule, 'insula_scope()',
      'current_setting(''insula.scope'', true)'));
end $isolate$;

declare
  rule record;
begin
  for rule in
    select tablename, policyname, replace(qual, 'insula_scope()', 'current_setting(''insula.scope'', true)') as reads,
      replace(with_check, 'insula_scope()', 'current_setting(''insula.scope'', true)') as writes
    from pg_policies
    where schemaname = 'public' and concat(qual, with_check) like '%insula_scope()%'
  loop
    execute format('alter policy %I on %I', rule.policyname, rule.tablename)
      || coalesce(' using (' || rule.reads || ')', '') || coalesce(' with check (' || rule.writes || ')', '');
  end loop;
end;

-- A release that knows of no tenant's database must not end a tenant that has one: what the tenant has there would stay, and
-- nobody would know.
create or replace function insula_check_ending() returns trigger language plpgsql as $check$
begin
  if exists (select from tenant_database d where d.tenant_id = old.id)
    or exists (select from product_intent i where i.tenant_id = old.id)
  then
    raise exception 'the tenant still has product data in a database of its own' using errcode = 'IN006';
  end if;
  return new;
end $check$;

create or replace trigger ends_with_its_database before update of state on tenant for each row
  when (new.state = 'deleted' and old.state <> 'deleted') execute function insula_check_ending();

-- Until when a tenant's database is left alone that did not answer.
alter table tenant_database add column silent_until_ms bigint not null default 0;

-- Where a log ends is written anew with every entry: with room beside it, in its place.
alter table audit_head set (fillfactor = 50);
alter table bucket set (fillfactor = 50);
alter table usage_counter set (fillfactor = 50);

if not (select rolsuper from pg_roles where rolname = current_user) then
  revoke create on schema public from insula_guard;
  execute format('revoke insula_guard, insula_log from %I', current_user);
end if;
