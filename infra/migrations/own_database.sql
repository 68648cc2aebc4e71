-- Makes a tenant's own database what it has to be, as often as it is run: one statement, so whole or not at all. In the
-- places in braces go the tenant's id and what does the tenant's steps that it lacks.
--
-- All of it is in the schema `insula`. A database that is the platform's own, or another tenant's, or has a schema of this
-- name from elsewhere, is left as it is.
declare
  of_tenant constant text := '{tenant}';
  present bigint;
  made text;
begin
-- Whoever is at it for longer than that is not waited for: it is tried again.
perform set_config('lock_timeout', '2s', true);
perform pg_advisory_xact_lock(7310594302);
if current_setting('server_encoding') <> 'UTF8' then
  raise exception 'the encoding of the database is not UTF8' using errcode = 'IN012';
end if;
if to_regclass('public.tenant_step') is not null or to_regproc('public.insula_move') is not null then
  raise exception 'this is the database of the platform' using errcode = 'IN010';
end if;
if to_regnamespace('insula') is not null then
  if to_regclass('insula.home') is null then
    raise exception 'there is another schema insula' using errcode = 'IN011';
  end if;
  execute 'select step from insula.home where tenant_id = $1' into present using of_tenant;
  if present is null then
    raise exception 'this is the database of another tenant' using errcode = 'IN011';
  end if;
else
  create schema insula;
  revoke all on schema insula from public;
  -- Whose database it is, which one, and the newest step that was done in it.
  create table insula.home (
    is_only boolean primary key default true check (is_only),
    tenant_id text not null,
    identity text not null default gen_random_uuid()::text,
    step bigint not null
  );
  -- Which batches were done here.
  create table insula.applied (
    id text primary key,
    at timestamptz not null default now()
  );
  create index applied_by_time on insula.applied (at);
  execute 'insert into insula.home (tenant_id, step) values ($1, 0)' using of_tenant;
  present := 0;
end if;

-- For whom a statement runs: what the tables' policies ask.
create or replace function insula.insula_scope() returns text language sql stable parallel safe
  as $scope$ select current_setting('insula.scope', true) $scope$;

-- Refuses what is meant for another tenant's database: an address may lead elsewhere than it did.
create or replace function insula.enter(of_tenant text) returns void language plpgsql
  set search_path = insula, pg_temp as $enter$
begin
  perform set_config('lock_timeout', '2s', true);
  if not exists (select from home h where h.tenant_id = of_tenant) then
    raise exception 'this is the database of another tenant' using errcode = 'IN011';
  end if;
  perform set_config('insula.scope', of_tenant, true);
end $enter$;

-- Whether a batch is still to be done; from then on it isn't. What was done is forgotten a week later, and by then it was
-- asked for: whoever does a batch has asked for all that waited before it.
create or replace function insula.claim(batch text) returns boolean language plpgsql
  set search_path = insula, pg_temp as $claim$
begin
  insert into applied (id) values (batch) on conflict do nothing;
  if not found then
    return false;
  end if;
  delete from applied where id in (select a.id from applied a where a.at < now() - interval '7 days' order by a.at limit 100);
  return true;
end $claim$;

-- Does a batch, unless it was done.
create or replace function insula.apply(of_tenant text, batch text, statements text[], arguments text[])
returns bigint language plpgsql set search_path = insula, pg_temp as $apply$
begin
  perform insula.enter(of_tenant);
  if not insula.claim(batch) then
    return 0;
  end if;
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    execute statements[place] using arguments;
  end loop;
  perform set_config('insula.scope', '', true);
  return 1;
end $apply$;

-- Takes rows that the tenant brings along, unless it did. A column that they don't have, because a later step made it, gets
-- what that step says.
create or replace function insula.take(of_tenant text, batch text, of_table text, content text)
returns bigint language plpgsql set search_path = insula, pg_temp as $take$
declare
  brought text;
begin
  perform insula.enter(of_tenant);
  if not insula.claim(batch) then
    return 0;
  end if;
  select string_agg(quote_ident(k), ', ') into brought from json_object_keys(content::json -> 0) k;
  execute format('insert into %I (%s) select %s from json_populate_recordset(null::%I, $1::json)',
    of_table, brought, brought, of_table) using content;
  perform set_config('insula.scope', '', true);
  return 1;
end $take$;

-- Gives the rows of a table after the one of that id, in the order of their ids: about a megabyte of them, and the id of the
-- last. No row: there are no more. Rows that are not the tenant's are refused with the whole: they would be left.
create or replace function insula.give(of_table text, after text)
returns table (moved_rows text, last text) language plpgsql set search_path = insula, pg_temp as $give$
declare
  found record;
  given text[] := '{}';
  size bigint := 0;
  is_foreign boolean;
begin
  if after = '' then
    execute format('select exists (select from %I t where t.tenant_id is distinct from $1)', of_table)
      into is_foreign using insula.insula_scope();
    if is_foreign then
      raise exception 'there are rows that are not the tenant''s' using errcode = 'IN011';
    end if;
  end if;
  for found in execute format('select to_json(t)::text as one, t.id as id from %I t where t.tenant_id = $1 and t.id > $2 order by t.id',
    of_table) using insula.insula_scope(), after
  loop
    given := array_append(given, found.one);
    last := found.id;
    size := size + octet_length(found.one);
    exit when size > 1000000;
  end loop;
  if last is not null then
    moved_rows := '[' || array_to_string(given, ',') || ']';
    return next;
  end if;
end $give$;

-- Reads, and can do nothing else: the rows of each statement, or the plan of the only one.
create or replace function insula.read(of_tenant text, statements text[], arguments text[], only_explained boolean)
returns json language plpgsql set search_path = insula, pg_temp as $read$
declare
  results json[] := '{}';
  result json;
begin
  perform set_config('transaction_read_only', 'on', true);
  perform insula.enter(of_tenant);
  if only_explained then
    execute 'explain (format json) ' || statements[1] into result using arguments;
    return json_build_object('plan', result);
  end if;
  for place in 1 .. coalesce(array_length(statements, 1), 0) loop
    execute 'with result as (' || statements[place] || ') select coalesce(json_agg(result), ''[]''::json) from result'
      into result using arguments;
    results := results || result;
  end loop;
  perform set_config('insula.scope', '', true);
  return json_build_object('results', array_to_json(results));
end $read$;

-- A step finds the rows that there are, also for an owner whom row-level security binds.
perform set_config('insula.scope', of_tenant, true);

{steps}

-- What is new takes rows of this tenant alone, and shows them to nobody who doesn't say that it is it.
for made in
  select c.relname from pg_class c
  where c.relnamespace = 'insula'::regnamespace and c.relkind = 'r' and c.relname not in ('home', 'applied')
    and not c.relforcerowsecurity
loop
  execute format('alter table insula.%I enable row level security', made);
  execute format('alter table insula.%I force row level security', made);
  execute format('create policy of_scope on insula.%I using (tenant_id = insula.insula_scope())', made);
  execute format('alter table insula.%I add constraint of_tenant check (tenant_id = %L)', made, of_tenant);
end loop;
end
