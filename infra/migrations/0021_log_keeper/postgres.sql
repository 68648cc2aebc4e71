-- Appending to a log costs half of what it did. What it promises, and the links that it computes, are the same.

-- Who appends: the one function below, and nobody else. Nobody is a member of this role and it may not log in. A cluster has
-- it once, for all of its databases.
begin
  if not exists (select from pg_roles where rolname = 'insula_log') then
    create role insula_log nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'the role insula_log is not there, and % may not make it', current_user
      using errcode = 'IN003', hint = 'as a superuser: create role insula_log nologin';
end;
if exists (select from pg_roles where rolname = 'insula_log' and (rolsuper or rolbypassrls or rolcanlogin)) then
  raise exception 'the role insula_log must be bound by row-level security' using errcode = 'IN003',
    hint = 'alter role insula_log nologin nosuperuser nobypassrls';
end if;

grant usage on schema public to insula_log;
grant select, insert on audit_head, audit_entry to insula_log;
grant update (size, link) on audit_head to insula_log;
grant select (tenant_id, user_id) on membership to insula_log;
-- Instead of the rule of each row: whether the log may be told is asked once, by the function.
create policy is_kept on audit_head to insula_log using (true);
create policy is_kept on audit_entry to insula_log using (true);

-- That an entry continues the log's end is looked up for everybody else. The function builds each from the other, so there it
-- is so.
create or replace function insula_audit_check_entry() returns trigger language plpgsql as $check$
begin
  if current_user <> 'insula_log' and not exists (
    select from audit_head h where h.tenant_id = new.tenant_id and h.size = new.seq + 1 and h.link = new.link
  ) then
    raise exception 'the audit log is only appended to' using errcode = 'IN002';
  end if;
  return new;
end $check$;

create or replace function insula_audit_check_head() returns trigger language plpgsql as $check$
declare
  asked text;
  grown boolean := true;
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

-- Appends to a log and returns the entry's place. The row of the log's head is locked until the transaction ends, and
-- its newest version is what is built on, so entries are in the order in which their transactions are, without a gap. A log
-- begins once and goes on often: so going on is tried first, and only of two that begin it at once does one go on after all.
-- The link is that of insula_audit_link. Everything is called by its whole name instead of with a search path of the
-- function's own, which would cost as much as the appending; who serves can make nothing that a shorter name could mean.
create or replace function insula_audit_append(log text, content text, word text, actor text, time_ms bigint)
returns bigint language plpgsql security definer as $append$
declare
  scope text := coalesce(current_setting('insula.scope', true), '');
  head_size bigint;
  head_link text;
begin
  if scope = '' or scope not in ('system', 'operator', log) and log <> 'platform' and not exists (
    select from public.membership m where m.tenant_id = log and m.user_id = scope
  ) then
    raise exception 'row-level security: a log is told by its tenant, its members, the operator and the system'
      using errcode = '42501';
  end if;
  update public.audit_head as h
    set size = h.size + 1, link = encode(sha256('\x02'::bytea || decode(h.link, 'hex') || int8send(h.size)
      || sha256('\x00'::bytea || convert_to(content, 'UTF8'))), 'hex')
    where h.tenant_id = log
    returning h.size, h.link into head_size, head_link;
  if not found then
    insert into public.audit_head as h (tenant_id, size, link)
      values (log, 1, public.insula_audit_link(repeat('0', 64), 0, content))
      on conflict (tenant_id) do update
      set size = h.size + 1, link = public.insula_audit_link(h.link, h.size, content)
      returning h.size, h.link into head_size, head_link;
  end if;
  insert into public.audit_entry (tenant_id, seq, at_ms, action, actor_id, entry, link)
    values (log, head_size - 1, time_ms, word, actor, content, head_link);
  return head_size - 1;
end $append$;

revoke all on function insula_audit_append(text, text, text, text, bigint) from public;
grant execute on function insula_audit_append(text, text, text, text, bigint) to insula_runtime;

-- Only who is a member of a role gives it a function; who owns the tables is a member for this one statement.
begin
  if (select rolsuper from pg_roles where rolname = current_user) then
    alter function insula_audit_append(text, text, text, text, bigint) owner to insula_log;
  else
    execute format('grant insula_log to %I', current_user);
    grant create on schema public to insula_log;
    alter function insula_audit_append(text, text, text, text, bigint) owner to insula_log;
    revoke create on schema public from insula_log;
    execute format('revoke insula_log from %I', current_user);
  end if;
exception
  when insufficient_privilege then
    raise exception '% may not give a function to the role insula_log', current_user using errcode = 'IN003',
      hint = format('as a superuser: grant insula_log to %I with admin option', current_user);
end;

-- As it was. And a statement may be an entry of the log: its text is then the place of the first of the five arguments of
-- insula_audit_append, which is called as it stands instead of being planned anew.
create or replace function insula_batch_3(
  scope text, statements text[], arguments text[], required integer[], product integer[]
) returns json language plpgsql set role = 'insula_runtime' as $batch$
declare
  results json[] := '{}';
  result json;
  refused integer;
  home text;
  first integer;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    if product[place] = 2 then
      first := statements[place];
      result := json_build_array(json_build_object('seq', insula_audit_append(arguments[first], arguments[first + 1],
        arguments[first + 2], arguments[first + 3], arguments[first + 4]::bigint)));
    else
      if product[place] = 1 then
        home := coalesce(home, insula_home(scope));
      end if;
      if product[place] = 1 and home <> 'public' then
        execute format('select %I.run($1, $2)', home) into result using statements[place], arguments;
      else
        execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
          into result using arguments;
      end if;
      if required[place] = 1 and json_array_length(result) = 0 then
        refused := place - 1;
        raise exception using errcode = 'IN001';
      end if;
    end if;
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', true);
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;
