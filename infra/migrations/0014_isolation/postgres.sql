-- Who serves: every batch and every admission acts as this role, whoever is connected. It owns nothing, may not log in,
-- and row-level security binds it. A cluster has it once, for all of its databases.
begin
  if not exists (select from pg_roles where rolname = 'insula_runtime') then
    create role insula_runtime nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'the role insula_runtime is not there, and % may not make it', current_user
      using errcode = 'IN003', hint = 'as a superuser: create role insula_runtime nologin';
end;
if exists (select from pg_roles where rolname = 'insula_runtime' and (rolsuper or rolbypassrls)) then
  raise exception 'the role insula_runtime must be bound by row-level security' using errcode = 'IN003',
    hint = 'alter role insula_runtime nosuperuser nobypassrls';
end if;
if not pg_has_role(current_user, 'insula_runtime', 'member') then
  execute format('grant insula_runtime to %I', current_user);
end if;

revoke create on schema public from public;
grant usage on schema public to insula_runtime;
grant select, insert, update, delete on all tables in schema public to insula_runtime;
revoke insert, update, delete on schema_migration from insula_runtime;
-- Whoever is connected may see which steps were done.
grant select on schema_migration to public;
revoke update, delete on audit_entry, audit_node, audit_checkpoint from insula_runtime;
revoke delete on audit_head from insula_runtime;

-- For whom a statement runs, as the batch says: a tenant's id, a person's id, 'operator', 'system'. Where nobody said,
-- null or empty, and no row of a tenant is there.
create function insula_scope() returns text language sql stable parallel safe
  as $scope$ select current_setting('insula.scope', true) $scope$;

-- Binds a table to the scope, its owner too: the operator and the system see every row, others those for which the rule
-- holds, and nobody writes a row that it could not see.
create function insula_isolate(bound regclass, rule text) returns void language plpgsql as $isolate$
begin
  execute format('alter table %s enable row level security', bound);
  execute format('alter table %s force row level security', bound);
  execute format('create policy of_scope on %s using (insula_scope() in (''system'', ''operator'') or %s)', bound, rule);
end $isolate$;

perform insula_isolate(name::regclass, 'tenant_id = insula_scope()')
from unnest(array['audit_checkpoint', 'audit_node', 'invitation', 'report', 'tenant_limit', 'usage_counter'])
  as name;
perform insula_isolate('api_key', 'tenant_id = insula_scope() or created_by = insula_scope()');
perform insula_isolate('membership', 'tenant_id = insula_scope() or user_id = insula_scope()');
perform insula_isolate('session', 'tenant_id = insula_scope() or user_id = insula_scope()');
perform insula_isolate('access_token',
  'tenant_id = insula_scope() or exists (select from session s where s.id = session_id and s.user_id = insula_scope())');
perform insula_isolate('bucket',
  'id = insula_scope() or starts_with(id, insula_scope() || '':'') or starts_with(id, insula_scope() || ''/'')');
-- A person sees the tenants that it is a member of.
perform insula_isolate('tenant', 'id = insula_scope()
  or exists (select from membership m where m.tenant_id = tenant.id and m.user_id = insula_scope())');

-- Everybody's doings may be told to the log of the platform, and a person's to the logs of its tenants. Who may tell a
-- log sees where it ends, and its entries only the tenant itself.
perform insula_isolate('audit_head', 'tenant_id in (insula_scope(), ''platform'')
  or exists (select from membership m where m.tenant_id = audit_head.tenant_id and m.user_id = insula_scope())');
perform insula_isolate('audit_entry', 'tenant_id = insula_scope()');
create policy is_told on audit_entry for insert with check (tenant_id = 'platform'
  or exists (select from membership m where m.tenant_id = audit_entry.tenant_id and m.user_id = insula_scope()));

-- As it was; that the last entry is there is for it to see, whoever tells the log.
create or replace function insula_audit_check_head() returns trigger language plpgsql as $check$
declare
  asked text := coalesce(insula_scope(), '');
  grown boolean := true;
begin
  if tg_op = 'INSERT' then
    grown := new.size = 1;
  else
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

-- As insula_batch was, but as the role that serves, and the scope counts. Neither the role nor the scope is left when it
-- returns, even inside a longer transaction: the role is the function's own setting, what fails is undone with its
-- settings, and what succeeds puts the scope back.
create function insula_batch_2(scope text, statements text[], arguments text[], required integer[])
returns json language plpgsql set role = 'insula_runtime' as $batch$
declare
  results json[] := '{}';
  result json;
  refused integer;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
    if required[place] = 1 and json_array_length(result) = 0 then
      refused := place - 1;
      raise exception using errcode = 'IN001';
    end if;
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', true);
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;

-- For the release before, which says a scope without meaning it.
create or replace function insula_batch(scope text, statements text[], arguments text[], required integer[])
returns json language sql as $batch$ select insula_batch_2('system', statements, arguments, required) $batch$;

-- As it was, but as the role that serves, for the system: of which tenant a call is, is what it finds out.
create or replace function insula_admit_3(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint, endpoint text, client text,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint, out endpoint_state text, out key_state text
) language plpgsql set role = 'insula_runtime' as $admit$
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
  limit_root text;
  limited bigint;
  exempt boolean := false;
  custom record;
begin
  perform set_config('insula.scope', 'system', true);
  -- Everything is read, and decided as far as no limit decides, in one go: expressions cost more than joins here.
  if by_token = 1 then
    select s.id, s.user_id, m.tenant_id, m.role, p.name, p.requests_per_minute, p.burst, q.quota, e.calls, e.window_ms,
        t.limited,
        case
          when a.expires_at_ms <= at_ms or s.ended_at_ms is not null then 'unauthenticated'
          when m.role is null and (asked_tenant is not null or tenant_required = 1) then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when allowed_roles is not null
            and (m.role is null or m.role <> all (string_to_array(allowed_roles, ' '))) then 'forbidden'
        end
      into credential_id, person_id, tenant_id, role, plan, requests_per_minute, burst, calls_quota,
        endpoint_calls, endpoint_window, limited, outcome
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
        e.calls, e.window_ms, k.limit_calls, k.limit_window_ms, k.last_used_at_ms, coalesce(k.limit_root, k.id), t.limited,
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
        endpoint_calls, endpoint_window, key_calls, key_window, last_used, limit_root, limited, outcome
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
    perform set_config('insula.scope', '', true);
    return;
  end if;
  bucket_id := case when by_token = 1 then coalesce(tenant_id || ':', '') || person_id else tenant_id end;

  if limited = 1 then
    -- What counts of a tenant's own is stated in components/domain/src/custom_limit.rs.
    for custom in
      select l.* from tenant_limit l
      where l.tenant_id = insula_admit_3.tenant_id and l.subject in ('all', endpoint, limit_root)
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

  perform set_config('synchronous_commit', 'off', true);
  if not exempt then
    insert into bucket as b (id, level, level_at_ms)
      values (bucket_id, (burst - 1) * 60000, at_ms)
      on conflict (id) do update
      set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) - 60000,
        level_at_ms = greatest(b.level_at_ms, at_ms)
      where least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) >= 60000
      returning b.level, b.level_at_ms into level, level_at_ms;
    if level is null then
      outcome := 'rate_limited';
    end if;
  else
    requests_per_minute := null;
    burst := null;
  end if;
  if outcome is null and endpoint_calls is not null then
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
      values (tenant_id || '/' || limit_root || ':' || key_window, (key_calls - 1) * key_window, at_ms)
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
    -- What was taken is given back: nobody saw it, for the rows are locked until the end. What nothing was taken from is
    -- only read.
    if level is null then
      select b.level, b.level_at_ms into level, level_at_ms from bucket b where b.id = bucket_id;
    else
      update bucket b set level = b.level + 60000 where b.id = bucket_id returning b.level into level;
    end if;
    if endpoint_level is null then
      select b.level, b.level_at_ms into endpoint_level, endpoint_at from bucket b
        where b.id = bucket_id || '/' || endpoint || ':' || endpoint_window;
    else
      update bucket b set level = b.level + endpoint_window
        where b.id = bucket_id || '/' || endpoint || ':' || endpoint_window returning b.level into endpoint_level;
    end if;
    if key_level is null then
      select b.level, b.level_at_ms into key_level, key_at from bucket b
        where b.id = tenant_id || '/' || limit_root || ':' || key_window;
    else
      update bucket b set level = b.level + key_window
        where b.id = tenant_id || '/' || limit_root || ':' || key_window returning b.level into key_level;
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
      where u.tenant_id = insula_admit_3.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms;
  end if;
  if outcome is null then
    if by_token = 0 and (last_used is null or last_used <= at_ms - 60000) then
      update api_key k set last_used_at_ms = at_ms
        where k.id = credential_id and (k.last_used_at_ms is null or k.last_used_at_ms < at_ms);
    end if;
    outcome := 'admitted';
  end if;
  perform set_config('insula.scope', '', true);
end $admit$;
