-- Whether it is the operator who acts in a session as its person: then it lasts as long as its one token, and ends when the
-- person's do.
alter table session add column impersonated integer not null default 0 check (impersonated in (0, 1));

-- The networks that a key was used from, those that were seen last first; and until when new ones aren't told, as far as
-- that has moved.
alter table api_key add column known_networks text;

alter table api_key add column networks_told_until_ms bigint;

-- As insula_admit_3 was, and it knows the operator who acts as a person: it is what the person is, in the tenant of its
-- token and nowhere else, and only where the call admits it.
create function insula_admit_4(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint, endpoint text, client text,
  impersonator_allowed bigint, client_network text,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint, out endpoint_state text, out key_state text,
  out impersonated bigint, out new_network bigint
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
  known_networks text;
  told_until bigint;
  limit_root text;
  limited bigint;
  exempt boolean := false;
  custom record;
begin
  perform set_config('insula.scope', 'system', true);
  -- Everything is read, and decided as far as no limit decides, in one go: expressions cost more than joins here.
  if by_token = 1 then
    select s.id, s.user_id, s.impersonated, m.tenant_id, m.role, p.name, p.requests_per_minute, p.burst, q.quota,
        e.calls, e.window_ms, t.limited,
        case
          when a.expires_at_ms <= at_ms or s.ended_at_ms is not null
            or (s.impersonated = 1 and m.role is null) then 'unauthenticated'
          when s.impersonated = 1 and a.tenant_id <> asked_tenant then 'hidden'
          when m.role is null and (asked_tenant is not null or tenant_required = 1) then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when s.impersonated = 1 and impersonator_allowed = 0 then 'forbidden'
          when allowed_roles is not null
            and (m.role is null or m.role <> all (string_to_array(allowed_roles, ' '))) then 'forbidden'
        end
      into credential_id, person_id, impersonated, tenant_id, role, plan, requests_per_minute, burst, calls_quota,
        endpoint_calls, endpoint_window, limited, outcome
      from access_token a
      join session s on s.id = a.session_id
      left join membership m on m.user_id = s.user_id
        and m.tenant_id = case when s.impersonated = 1 then a.tenant_id else coalesce(asked_tenant, a.tenant_id) end
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
        k.known_networks, k.networks_told_until_ms,
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
        endpoint_calls, endpoint_window, key_calls, key_window, last_used, limit_root, limited,
        known_networks, told_until, outcome
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
      where u.tenant_id = insula_admit_4.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms;
  end if;
  if outcome is null then
    if by_token = 0 and (last_used is null or last_used <= at_ms - 60000) then
      update api_key k set last_used_at_ms = at_ms
        where k.id = credential_id and (k.last_used_at_ms is null or k.last_used_at_ms < at_ms);
    end if;
    -- What is remembered and told is stated in components/domain/src/known_networks.rs.
    if by_token = 0 and client_network <> all (coalesce(string_to_array(known_networks, ' '), '{}'))
      and coalesce(told_until, 0) <= at_ms + 3150000 then
      new_network := 1;
    end if;
    outcome := 'admitted';
  end if;
  perform set_config('insula.scope', '', true);
end $admit$;

-- For the release before, which doesn't know such sessions: in none of its calls do they count.
create or replace function insula_admit_3(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint, endpoint text, client text,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint, out endpoint_state text, out key_state text
) language sql as $admit$
  select a.outcome, a.credential_id, a.person_id, a.tenant_id, a.role, a.scopes, a.plan, a.requests_per_minute, a.burst,
    a.level, a.level_at_ms, a.calls, a.calls_quota, a.endpoint_state, a.key_state
  from insula_admit_4(by_token, lookup, presented, asked_tenant, tenant_required, allowed_roles, allowed_scopes, metered,
    at_ms, day_ms, endpoint, client, 0, null) a
$admit$;
