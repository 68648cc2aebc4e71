-- The function that leads into a tenant's schema is called as the schema is. PostgreSQL looks at all functions of a name to find
-- one, in whatever schema they are: while each tenant's was called `run`, a call paid for all tenants, and each new tenant
-- had each connection read them all again.

-- Refuses a batch that isn't the tenant's; a text for what would be run otherwise.
create function insula_refuse() returns text language plpgsql as $refuse$
begin
  raise exception 'the batch is not of this tenant' using errcode = 'IN004';
end $refuse$;

-- As before, on a path of its own until it runs the statement: whatever PL/pgSQL evaluates is planned anew where it meets
-- another path than last time, and this meets another one with each tenant; that are two names of variables now. A function for each would plan nothing twice, and
-- have each connection keep fifty KiB more of each tenant that it has met.
create or replace function insula_run(tenant_id text, statement text, arguments text[], only_explained boolean)
returns json language plpgsql set search_path = pg_catalog, pg_temp as $run$
declare
  query text;
  result json;
begin
  query := case
    when public.insula_scope() is distinct from tenant_id then public.insula_refuse()
    when only_explained then 'explain (format json) ' || statement
    else 'with result as (' || statement || ') select coalesce(json_agg(result), ''[]''::json) from result'
  end;
  perform set_config('search_path', 't_' || substr(tenant_id, 5) || ', pg_temp', true);
  execute query into result using arguments;
  return result;
end $run$;

-- Makes the way into a tenant's schema: the one function that acts as the tenant's role. Nobody is a member of that role.
create function insula_schema_open(of_tenant text) returns void language plpgsql
  set search_path = public, pg_temp as $open$
declare
  home text := insula_schema_name(of_tenant);
  by_superuser boolean := (select rolsuper from pg_roles where rolname = current_user);
begin
  execute format($text$
    create function %I.%I(statement text, arguments text[], only_explained boolean default false)
      returns json language sql
      security definer set search_path = %I, pg_temp
      as %L $text$, home, home, home, format('select public.insula_run(%L, statement, arguments, only_explained)', of_tenant));
  execute format('revoke all on function %I.%I from public', home, home);
  execute format('grant execute on function %I.%I to insula_runtime', home, home);
  if by_superuser then
    execute format('alter function %I.%I owner to %I', home, home, home);
  else
    execute format('grant %I to %I', home, current_user);
    execute format('grant create on schema %I to %I', home, home);
    execute format('alter function %I.%I owner to %I', home, home, home);
    execute format('revoke create on schema %I from %I', home, home);
    execute format('revoke %I from %I', home, current_user);
  end if;
end $open$;

create or replace function insula_schema_make(of_tenant text) returns bigint language plpgsql
  security definer set search_path = public, pg_temp as $make$
declare
  home text := insula_schema_name(of_tenant);
begin
  perform insula_check_scope(of_tenant);
  if not exists (select from tenant where id = of_tenant and isolation = 'schema') then
    raise exception 'the tenant shall have no schema of its own' using errcode = 'IN004';
  end if;
  if not exists (select from pg_roles where rolname = home) then
    execute format('create role %I nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication', home);
  end if;
  execute format('create schema %I', home);
  execute format('grant usage on schema %I to %I, insula_runtime', home, home);
  perform insula_schema_open(of_tenant);
  return insula_schema_migrate(of_tenant);
end $make$;

-- As before, and opens a schema that has the earlier way in only.
create or replace function insula_schema_migrate(of_tenant text) returns bigint language plpgsql
  security definer set search_path = public, pg_temp set lock_timeout = '2s' as $migrate$
declare
  home text := insula_schema_name(of_tenant);
  present bigint;
  step tenant_step;
  made text;
begin
  perform insula_check_scope(of_tenant);
  select schema_step into present from tenant where id = of_tenant and isolation = 'schema' for no key update;
  if not found then
    raise exception 'the tenant has no schema of its own' using errcode = 'IN004';
  end if;
  for step in select * from tenant_step where number > present order by number loop
    perform set_config('search_path', format('%I, pg_temp', home), true);
    execute step.statements;
    perform set_config('search_path', 'public, pg_temp', true);
    present := step.number;
  end loop;
  if to_regprocedure(format('%I.%I(text, text[], boolean)', home, home)) is null then
    perform insula_schema_open(of_tenant);
  end if;
  -- What is new is bound as the shared tables are, by the role, and by a check besides.
  for made in
    select c.relname from pg_class c
    where c.relnamespace = home::regnamespace and c.relkind = 'r' and not c.relforcerowsecurity
  loop
    perform insula_isolate(format('%I.%I', home, made)::regclass, 'tenant_id = insula_scope()');
    execute format('alter table %I.%I add constraint of_tenant check (tenant_id = %L)', home, made, of_tenant);
    execute format('grant select, insert, update, delete on %I.%I to %I', home, made, home);
  end loop;
  update tenant set schema_step = present where id = of_tenant and schema_step <> present;
  return present;
end $migrate$;

-- Until a schema is open, whoever comes opens it: it lacks a step. Where there was none, the first one comes first.
insert into tenant_step (number, name, statements)
  select 2, '0002_way_in', 'select 1' where exists (select from tenant_step where number = 1)
  on conflict (number) do nothing;

-- As before; that there is a tenant of the id tells already that a schema can have its name.
create or replace function insula_home(of_tenant text) returns text language plpgsql as $home$
declare
  found_isolation text;
  is_behind boolean;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant, 7310594301));
  select t.isolation, t.schema_step < (select max(s.number) from tenant_step s) into found_isolation, is_behind
    from tenant t where t.id = of_tenant;
  if found_isolation = 'schema' then
    if is_behind then
      perform insula_schema_migrate(of_tenant);
    end if;
    return 't_' || substr(of_tenant, 5);
  elsif found_isolation = 'shared' then
    return 'public';
  elsif found_isolation = 'database' then
    raise exception 'the product data of this tenant is in a database of its own' using errcode = 'IN006';
  end if;
  raise exception 'product data is a tenant''s' using errcode = 'IN004';
end $home$;

-- As before, by the new name.
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
        execute format('select %I.%I($1, $2)', home, home) into result using statements[place], arguments;
      else
        execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
          into result using arguments;
      end if;
      if required[place] = 1 and json_array_length(result) = 0 then
        refused := place - 1;
        raise exception using errcode = 'IN001';
      end if;
    end if;
    if current_user <> 'insula_runtime' or current_setting('insula.scope') <> scope then
      raise exception 'a statement of a batch changed its scope or its role' using errcode = '42501';
    end if;
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', false);
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;

-- As before, by the new name.
create or replace function insula_explain(scope text, statement text, arguments text[], product integer)
returns json language plpgsql set role = 'insula_runtime' as $explain$
declare
  plan json;
  home text := 'public';
begin
  perform set_config('insula.scope', scope, true);
  if product = 1 then
    home := insula_home(scope);
  end if;
  if home = 'public' then
    execute 'explain (format json) ' || statement into plan using arguments;
  else
    execute format('select %I.%I($1, $2, true)', home, home) into plan using statement, arguments;
  end if;
  perform set_config('insula.scope', '', true);
  return json_build_object('plan', plan);
exception when others then
  return json_build_object('failed', sqlstate);
end $explain$;

revoke all on function insula_schema_open from public;
