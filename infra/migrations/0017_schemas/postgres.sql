-- How a tenant's product data is kept apart from the others': in shared tables under row-level security, or in a schema of
-- its own. Tenants of before stay where they are.
alter table tenant
  add column isolation text not null default 'shared' check (isolation in ('shared', 'schema')),
  add column schema_step bigint not null default 0;

create index tenant_by_schema_step on tenant (schema_step, id) where isolation = 'schema';

-- The steps of tenants' own schemas, as infra/migrations/tenant/ has them. Only the owner adds to them.
create table tenant_step (
  number bigint primary key,
  name text not null,
  statements text not null
);

grant select on tenant_step to insula_runtime;

if not exists (select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole))
  or not has_database_privilege(current_database(), 'create')
then
  raise exception '% may not make the schemas and roles of tenants', current_user using errcode = 'IN003',
    hint = format('as a superuser: alter role %I createrole; grant create on database %I to %I', current_user,
      current_database(), current_user);
end if;

-- The name of the tenant's own schema and of the role that reaches it. Null for what is no tenant's id.
create function insula_schema_name(tenant_id text) returns text language sql immutable parallel safe as $name$
  select 't_' || substr(tenant_id, 5) where tenant_id ~ '^ten_[0-9a-z]{26}$'
$name$;

-- Refuses what is done to a tenant in the name of another one. The functions below act as the owner, whom a superuser's
-- rights may free of row-level security.
create function insula_check_scope(of_tenant text) returns void language plpgsql as $check$
begin
  if insula_schema_name(of_tenant) is null or not coalesce(insula_scope() in (of_tenant, 'system', 'operator'), false) then
    raise exception 'the batch is not of this tenant' using errcode = 'IN004';
  end if;
end $check$;

-- Runs one statement on a tenant's product data, as whoever calls: the tenant's role. Only for a batch of that tenant. Or it
-- only tells the plan that the statement would be run by.
create function insula_run(tenant_id text, statement text, arguments text[], only_explained boolean)
returns json language plpgsql as $run$
declare
  result json;
begin
  if public.insula_scope() is distinct from tenant_id then
    raise exception 'the batch is not of this tenant' using errcode = 'IN004';
  end if;
  if only_explained then
    execute 'explain (format json) ' || statement into result using arguments;
  else
    execute 'with result as (' || statement || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
  end if;
  return result;
end $run$;

-- Does the steps that the tenant's schema lacks. In the schema's own lock, so once, whoever comes at the same time; and
-- who would have to wait long for the tenant's tables gives up, and nothing has happened.
create function insula_schema_migrate(of_tenant text) returns bigint language plpgsql
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

-- Makes the schema of a tenant, the role that reaches it, and the one way in: a function that acts as that role. Nobody is
-- a member of the role: a login that were a member of ten thousand would pay for all of them whenever one is made.
create function insula_schema_make(of_tenant text) returns bigint language plpgsql
  security definer set search_path = public, pg_temp as $make$
declare
  home text := insula_schema_name(of_tenant);
  by_superuser boolean := (select rolsuper from pg_roles where rolname = current_user);
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
  execute format($text$
    create function %I.run(statement text, arguments text[], only_explained boolean default false)
      returns json language sql
      security definer set search_path = %I, pg_temp
      as %L $text$, home, home, format('select public.insula_run(%L, statement, arguments, only_explained)', of_tenant));
  execute format('revoke all on function %I.run from public', home);
  execute format('grant execute on function %I.run to insula_runtime', home);
  if by_superuser then
    execute format('alter function %I.run owner to %I', home, home);
  else
    execute format('grant %I to %I', home, current_user);
    execute format('grant create on schema %I to %I', home, home);
    execute format('alter function %I.run owner to %I', home, home);
    execute format('revoke create on schema %I from %I', home, home);
    execute format('revoke %I from %I', home, current_user);
  end if;
  return insula_schema_migrate(of_tenant);
end $make$;

-- Removes the schema of a tenant with all that is in it, and the role. A tenant without one loses nothing.
create function insula_schema_drop(of_tenant text) returns bigint language plpgsql
  security definer set search_path = public, pg_temp set client_min_messages = warning as $drop$
declare
  home text := insula_schema_name(of_tenant);
begin
  perform insula_check_scope(of_tenant);
  if to_regnamespace(home) is null then
    return 0;
  end if;
  execute format('drop schema %I cascade', home);
  update tenant set schema_step = 0 where id = of_tenant;
  begin
    execute format('drop role %I', home);
  exception
    -- Another database of this server has a copy of the tenant.
    when dependent_objects_still_exist or insufficient_privilege then null;
  end;
  return 1;
end $drop$;

-- Brings the schemas of tenants after the given one up to date, some of them, and tells of the last. One whose tables are
-- busy is left, and counted: the next run comes to it, or the tenant's next call does.
create function insula_schemas_migrate(after text, most bigint, out last text, out done bigint, out busy bigint)
language plpgsql as $migrate$
declare
  newest bigint := (select coalesce(max(number), 0) from tenant_step);
  behind text;
begin
  perform set_config('insula.scope', 'system', true);
  done := 0;
  busy := 0;
  for behind in
    select id from tenant
    where isolation = 'schema' and schema_step < newest and state <> 'deleted' and id > after
    order by id limit most
    for no key update skip locked
  loop
    last := behind;
    begin
      perform insula_schema_migrate(behind);
      done := done + 1;
    exception when lock_not_available then
      busy := busy + 1;
    end;
  end loop;
  perform set_config('insula.scope', '', true);
end $migrate$;

-- How many tenants' schemas lack a step.
create function insula_schemas_behind() returns bigint language plpgsql as $behind$
declare
  behind bigint;
begin
  perform set_config('insula.scope', 'system', true);
  behind := (select count(*) from tenant where isolation = 'schema' and state <> 'deleted'
    and schema_step < (select coalesce(max(number), 0) from tenant_step));
  perform set_config('insula.scope', '', true);
  return behind;
end $behind$;

revoke all on function insula_schemas_migrate, insula_schemas_behind from public;
revoke all on function insula_schema_migrate, insula_schema_make, insula_schema_drop from public;
grant execute on function insula_schema_migrate, insula_schema_make, insula_schema_drop to insula_runtime;

-- Where a tenant's product data is: `public`, or its own schema, brought up to date. Until the transaction ends, it is not
-- moved elsewhere.
create function insula_home(of_tenant text) returns text language plpgsql as $home$
declare
  found_isolation text;
  present bigint;
  newest bigint;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant, 7310594301));
  select t.isolation, t.schema_step, (select max(s.number) from tenant_step s)
    into found_isolation, present, newest
    from tenant t where t.id = of_tenant;
  if found_isolation = 'schema' then
    if present < newest then
      perform insula_schema_migrate(of_tenant);
    end if;
    return insula_schema_name(of_tenant);
  elsif found_isolation = 'shared' then
    return 'public';
  end if;
  raise exception 'product data is a tenant''s' using errcode = 'IN004';
end $home$;

-- Moves the product data of a tenant from where it is to its own schema, or back to the shared tables: whole, in the
-- transaction that says so, while nobody is at it.
create function insula_move(of_tenant text, into_isolation text) returns bigint language plpgsql
  security definer set search_path = public, pg_temp as $move$
declare
  home text := insula_schema_name(of_tenant);
  present text;
  moved text;
  columns text;
  source text;
  target text;
begin
  perform insula_check_scope(of_tenant);
  perform pg_advisory_xact_lock(hashtextextended(of_tenant, 7310594301));
  select isolation into present from tenant where id = of_tenant for update;
  if present is null or into_isolation not in ('shared', 'schema') then
    raise exception 'the tenant can not be moved' using errcode = 'IN004';
  end if;
  if present = into_isolation then
    return 0;
  end if;
  update tenant set isolation = into_isolation where id = of_tenant;
  if into_isolation = 'schema' then
    perform insula_schema_make(of_tenant);
  end if;
  for moved in select relname from pg_class where relnamespace = home::regnamespace and relkind = 'r' loop
    columns := (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
      where attrelid = format('%I.%I', home, moved)::regclass and attnum > 0 and not attisdropped);
    source := format('%I.%I', case into_isolation when 'schema' then 'public' else home end, moved);
    target := format('%I.%I', case into_isolation when 'schema' then home else 'public' end, moved);
    execute format('insert into %s (%s) select %s from %s where tenant_id = %L', target, columns, columns, source,
      of_tenant);
    execute format('delete from %s where tenant_id = %L', source, of_tenant);
  end loop;
  if into_isolation = 'shared' then
    perform insula_schema_drop(of_tenant);
  end if;
  return 1;
end $move$;

revoke all on function insula_move from public;
grant execute on function insula_move to insula_runtime;

-- A row in a shared table is of a tenant whose product data is there: what an older release, or a statement that forgot to
-- say that it speaks of product data, would leave where its tenant never sees it, is refused.
create function insula_check_shared() returns trigger language plpgsql as $check$
begin
  if not exists (select from tenant t where t.id = new.tenant_id and t.isolation = 'shared') then
    raise exception 'the product data of this tenant is not here' using errcode = 'IN005';
  end if;
  return null;
end $check$;

create trigger is_shared after insert on report for each row execute function insula_check_shared();

-- As insula_batch_2, and a statement on product data (`product` is 1 at its place) runs where the tenant has them: there,
-- as the tenant's own role, which reaches nothing else.
create function insula_batch_3(scope text, statements text[], arguments text[], required integer[], product integer[])
returns json language plpgsql set role = 'insula_runtime' as $batch$
declare
  results json[] := '{}';
  result json;
  refused integer;
  home text;
begin
  perform set_config('insula.scope', scope, true);
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
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
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', true);
  return json_build_object('results', array_to_json(results));
exception when others then
  return case when refused is null then json_build_object('failed', sqlstate)
    else json_build_object('refused', refused) end;
end $batch$;
