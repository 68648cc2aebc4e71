-- The way into a tenant's schema keeps its plans: each schema's function is PL/pgSQL itself, instead of calling one that all
-- share. The shared one met another search path with each tenant, and PostgreSQL plans anew whatever meets another path.

-- Makes the way into a tenant's schema, or makes it anew for whoever calls meanwhile: the one function that acts as the
-- tenant's role, for batches of that tenant only.
create function insula_schema_open(of_tenant text) returns void language plpgsql
  set search_path = public, pg_temp as $open$
declare
  home text := insula_schema_name(of_tenant);
  by_superuser boolean := (select rolsuper from pg_roles where rolname = current_user);
begin
  if not by_superuser then
    execute format('grant %I to %I', home, current_user);
    execute format('grant create on schema %I to %I', home, home);
  end if;
  execute format($text$
    create or replace function %I.run(statement text, arguments text[], only_explained boolean default false)
      returns json language plpgsql
      security definer set search_path = %I, pg_temp
      as %L $text$, home, home, format($run$
declare
  result json;
begin
  if public.insula_scope() is distinct from %L then
    raise exception 'the batch is not of this tenant' using errcode = 'IN004';
  end if;
  if only_explained then
    execute 'explain (format json) ' || statement into result using arguments;
  else
    execute 'with result as (' || statement || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
  end if;
  return result;
end $run$, of_tenant));
  execute format('revoke all on function %I.run from public', home);
  execute format('grant execute on function %I.run to insula_runtime', home);
  execute format('alter function %I.run owner to %I', home, home);
  if not by_superuser then
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

-- As before, and opens a schema that was made with the earlier way in.
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
  if exists (
    -- By its whole name: there is one of this name in each schema.
    select from pg_proc p join pg_language l on l.oid = p.prolang
    where p.oid = to_regprocedure(format('%I.run(text, text[], boolean)', home)) and l.lanname = 'sql'
  ) then
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

revoke all on function insula_schema_open from public;
