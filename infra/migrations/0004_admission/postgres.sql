-- The token bucket of a tenant's programs (id: the tenant) or of one person (id: tenant:person, or the person).
-- The level is in 1/60,000 tokens.
create table bucket (
  id text primary key,
  level bigint not null,
  level_at_ms bigint not null
) with (fillfactor = 50);

-- How much of a metric a tenant has used in the period that starts then.
create table usage_counter (
  tenant_id text not null references tenant (id),
  metric text not null references metric (name),
  period_start_ms bigint not null,
  used bigint not null,
  primary key (tenant_id, metric, period_start_ms)
) with (fillfactor = 50);

-- Decides about one call and counts it. The rule is stated in components/domain/src/admission.rs and this must decide
-- the same. A key's digest is compared bit by bit to the end, so that the time which the comparison takes tells nothing
-- about it; a token is found by its digest, which is all that is known of it.
--
-- A call that is let in is committed twice, and the caller has its answer after the second. The first commit doesn't
-- wait for the disk, so calls of one tenant queue for the bucket's row only as long as it takes to change it; the
-- second waits for the disk, together with everybody who waits for it then, and what is before it in the log is on the
-- disk with it. That is why this is a procedure: a function can't commit. A call that finds a token and no quota is
-- rolled back, so it takes nothing.
create procedure insula_admit(
  by_token bigint, lookup text, presented text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint
) language plpgsql as $admit$
#variable_conflict use_column
begin
  -- Everything is read, and decided as far as no limit decides, in one go: expressions cost more than joins here.
  if by_token = 1 then
    select s.id, s.user_id, m.tenant_id, m.role, p.name, p.requests_per_minute, p.burst, q.quota,
        case
          when a.expires_at_ms <= at_ms or s.ended_at_ms is not null then 'unauthenticated'
          when m.role is null and (asked_tenant is not null or tenant_required = 1) then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when allowed_roles is not null
            and (m.role is null or m.role <> all (string_to_array(allowed_roles, ' '))) then 'forbidden'
        end
      into credential_id, person_id, tenant_id, role, plan, requests_per_minute, burst, calls_quota, outcome
      from access_token a
      join session s on s.id = a.session_id
      left join membership m on m.user_id = s.user_id and m.tenant_id = coalesce(asked_tenant, a.tenant_id)
      left join tenant t on t.id = m.tenant_id
      join plan p on p.name = coalesce(t.plan, 'free')
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      where a.digest = presented;
  else
    select k.id, k.created_by, k.tenant_id, m.role, k.scopes, p.name, p.requests_per_minute, p.burst, q.quota,
        case
          when bit_count(('x' || k.digest)::bit(256) # ('x' || presented)::bit(256)) <> 0
            or m.role is null or k.revoked_at_ms is not null or k.expires_at_ms <= at_ms then 'unauthenticated'
          when k.tenant_id <> asked_tenant then 'hidden'
          when t.state <> 'active' and tenant_required = 1 then 'suspended'
          when m.role <> all (string_to_array(allowed_roles, ' '))
            or not string_to_array(k.scopes, ' ') && string_to_array(allowed_scopes, ' ') then 'forbidden'
        end
      into credential_id, person_id, tenant_id, role, scopes, plan, requests_per_minute, burst, calls_quota, outcome
      from api_key k
      join tenant t on t.id = k.tenant_id
      left join membership m on m.user_id = k.created_by and m.tenant_id = k.tenant_id
      join plan p on p.name = t.plan
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      where k.id = lookup;
  end if;
  if outcome is not null or credential_id is null then
    outcome := coalesce(outcome, 'unauthenticated');
    return;
  end if;

  set local synchronous_commit = off;
  insert into bucket as b (id, level, level_at_ms)
    values (case when by_token = 1 then coalesce(tenant_id || ':', '') || person_id else tenant_id end,
      (burst - 1) * 60000, at_ms)
    on conflict (id) do update
    set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) - 60000,
      level_at_ms = greatest(b.level_at_ms, at_ms)
    where least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000) >= 60000
    returning b.level, b.level_at_ms into level, level_at_ms;
  if level is null then
    rollback;
    outcome := 'rate_limited';
    select least(b.level + greatest(at_ms - b.level_at_ms, 0) * requests_per_minute, burst * 60000),
        greatest(b.level_at_ms, at_ms)
      into level, level_at_ms from bucket b
      where b.id = case when by_token = 1 then coalesce(tenant_id || ':', '') || person_id else tenant_id end;
  elsif metered = 1 and tenant_id is not null then
    insert into usage_counter as u (tenant_id, metric, period_start_ms, used)
      select tenant_id, 'api_calls', day_ms, 1 where calls_quota is null or calls_quota > 0
      on conflict (tenant_id, metric, period_start_ms)
      do update set used = u.used + 1 where calls_quota is null or u.used < calls_quota
      returning u.used into calls;
    if calls is null then
      rollback;
      outcome := 'quota_exceeded';
      level := level + 60000;
      calls := calls_quota;
      return;
    end if;
  end if;
  if calls is null then
    select u.used into calls from usage_counter u
      where u.tenant_id = insula_admit.tenant_id and u.metric = 'api_calls' and u.period_start_ms = day_ms;
  end if;
  if outcome is null then
    outcome := 'admitted';
    commit;
    perform pg_logical_emit_message(true, 'insula', '');
  end if;
end $admit$;
