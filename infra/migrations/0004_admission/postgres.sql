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
-- the same. `who` is whom the credential belongs to (no row: nobody); the digests are compared behind a nonce, so that
-- the time which the comparison takes tells nothing about them.
--
-- A call that is let in is committed twice, and the caller has its answer after the second. The first commit doesn't
-- wait for the disk, so calls of one tenant queue for the bucket's row only as long as it takes to change it; the
-- second waits for the disk, together with everybody who waits for it then, and what is before it in the log is on the
-- disk with it. That is why this is a procedure: a function can't commit.
create procedure insula_admit(
  by_session bigint, lookup text, presented text, nonce text, asked_tenant text, tenant_required bigint,
  allowed_roles text, allowed_scopes text, metered bigint, at_ms bigint, day_ms bigint,
  out outcome text, out credential_id text, out person_id text, out tenant_id text, out role text,
  out scopes text, out plan text, out requests_per_minute bigint, out burst bigint, out level bigint,
  out level_at_ms bigint, out calls bigint, out calls_quota bigint
) language plpgsql as $admit$
#variable_conflict use_column
declare
  who record;
  bucket_id text;
begin
  if by_session = 1 then
    select s.id, s.user_id, s.access_digest as digest, s.expires_at_ms > at_ms as valid, null::text as scopes,
        coalesce(asked_tenant, s.tenant_id) as target, m.tenant_id as tenant_id, m.role, t.state,
        p.name as plan, p.requests_per_minute, p.burst, q.quota
      into who
      from session s
      left join membership m on m.user_id = s.user_id and m.tenant_id = coalesce(asked_tenant, s.tenant_id)
      left join tenant t on t.id = m.tenant_id
      join plan p on p.name = coalesce(t.plan, 'free')
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      where s.access_digest = presented;
  else
    select k.id, k.created_by as user_id, k.digest,
        m.role is not null and k.revoked_at_ms is null
          and (k.expires_at_ms is null or k.expires_at_ms > at_ms) as valid, k.scopes, k.tenant_id as target,
        case when k.tenant_id = coalesce(asked_tenant, k.tenant_id) then k.tenant_id end as tenant_id,
        case when k.tenant_id = coalesce(asked_tenant, k.tenant_id) then m.role end as role, t.state,
        p.name as plan, p.requests_per_minute, p.burst, q.quota
      into who
      from api_key k
      join tenant t on t.id = k.tenant_id
      left join membership m on m.user_id = k.created_by and m.tenant_id = k.tenant_id
      join plan p on p.name = t.plan
      left join plan_quota q on q.plan = p.name and q.metric = 'api_calls'
      where k.id = lookup;
  end if;

  if who.id is null or not who.valid
    or sha256(convert_to(who.digest || nonce, 'UTF8')) <> sha256(convert_to(presented || nonce, 'UTF8')) then
    outcome := 'unauthenticated';
    return;
  end if;
  credential_id := who.id;
  person_id := who.user_id;
  tenant_id := who.tenant_id;
  role := who.role;
  scopes := who.scopes;
  plan := who.plan;
  requests_per_minute := who.requests_per_minute;
  burst := who.burst;
  calls_quota := who.quota;

  if who.role is null and (who.target is not null or tenant_required = 1) then
    outcome := 'hidden';
    return;
  end if;
  if who.role is not null and who.state <> 'active' then
    outcome := 'suspended';
    return;
  end if;
  if (allowed_roles is not null and (who.role is null or not who.role = any (string_to_array(allowed_roles, ' '))))
    or (allowed_scopes is not null and who.scopes is not null
        and not string_to_array(who.scopes, ' ') && string_to_array(allowed_scopes, ' ')) then
    outcome := 'forbidden';
    return;
  end if;

  bucket_id := case when by_session = 1 then coalesce(who.tenant_id || ':', '') || who.user_id
    else who.tenant_id end;
  set local synchronous_commit = off;
  insert into bucket as b (id, level, level_at_ms)
    values (bucket_id, (who.burst - 1) * 60000, at_ms)
    on conflict (id) do update
    set level = least(b.level + greatest(at_ms - b.level_at_ms, 0) * who.requests_per_minute,
          who.burst * 60000) - 60000,
      level_at_ms = greatest(b.level_at_ms, at_ms)
    where least(b.level + greatest(at_ms - b.level_at_ms, 0) * who.requests_per_minute,
      who.burst * 60000) >= 60000
    returning b.level, b.level_at_ms into level, level_at_ms;
  if level is null then
    outcome := 'rate_limited';
    rollback;
    select least(b.level + greatest(at_ms - b.level_at_ms, 0) * who.requests_per_minute, who.burst * 60000),
        greatest(b.level_at_ms, at_ms)
      into level, level_at_ms from bucket b where b.id = bucket_id;
  elsif metered = 1 and who.tenant_id is not null then
    insert into usage_counter as u (tenant_id, metric, period_start_ms, used)
      select who.tenant_id, 'api_calls', day_ms, 1 where who.quota is null or who.quota > 0
      on conflict (tenant_id, metric, period_start_ms)
      do update set used = u.used + 1 where who.quota is null or u.used < who.quota
      returning used into calls;
    if calls is null then
      outcome := 'quota_exceeded';
      level := level + 60000;
      calls := who.quota;
      rollback;
      return;
    end if;
  end if;
  if calls is null then
    calls := coalesce((select u.used from usage_counter u where u.tenant_id = who.tenant_id
      and u.metric = 'api_calls' and u.period_start_ms = day_ms), 0);
  end if;
  if outcome is null then
    outcome := 'admitted';
    commit;
    perform pg_logical_emit_message(true, 'insula', '');
  end if;
end $admit$;
