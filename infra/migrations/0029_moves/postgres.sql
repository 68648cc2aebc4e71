-- Who moves a tenant's product data no longer waits for who has yet to be let to it: such a one has the tenant's row by a
-- foreign key, and each waited for the other until PostgreSQL ended one of them. The lock on the row kept a release apart that
-- knows nothing of moves and writes into a shared table; that is now done by the trigger there, in the lock of moves.
create or replace function insula_move(of_tenant text, into_isolation text) returns bigint language plpgsql
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
  select isolation into present from tenant where id = of_tenant for no key update;
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

create or replace function insula_check_shared() returns trigger language plpgsql as $check$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(new.tenant_id, 7310594301));
  if not exists (select from tenant t where t.id = new.tenant_id and t.isolation = 'shared') then
    raise exception 'the product data of this tenant is not here' using errcode = 'IN005';
  end if;
  return null;
end $check$;
