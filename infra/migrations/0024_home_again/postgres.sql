-- A tenant whose product data is in a database of its own can have it here again. Who brings it back takes the tenant over with
-- an attempt of a name of its own: then nothing is written there until the attempt ends. What is there is copied here, part
-- by part; the transaction that says that the data is here again puts the parts in their place. What is left behind there
-- is then removed, now or by the tick.
alter table tenant_database add column attempt text, add column attempted_at_ms bigint, add column left_at_ms bigint;

create table product_arrival (
  tenant_id text not null references tenant (id),
  place bigint not null,
  moved_table text not null,
  moved_rows text not null,
  primary key (tenant_id, place)
);

perform insula_isolate('product_arrival', 'tenant_id = insula_scope()');
grant select, insert, delete on product_arrival to insula_runtime;

-- As it was, and nothing is noted for a database that is about to be left.
create or replace function insula_intend(of_tenant text, intent text, content text, at_ms bigint, most bigint)
returns table (number bigint) language plpgsql as $intend$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant, 7310594301));
  if not exists (select from tenant t where t.id = of_tenant and t.isolation = 'database')
    or exists (select from tenant_database d where d.tenant_id = of_tenant and d.attempt is not null)
    or (select count(*) from product_intent i where i.tenant_id = of_tenant and i.moved_table is null) >= most
  then
    return;
  end if;
  return query insert into product_intent as i (id, tenant_id, sealed, created_at_ms)
    values (intent, of_tenant, content, at_ms) returning i.number;
end $intend$;

-- Takes a tenant over for an attempt to bring its product data here: once the transaction has ended, no other attempt has it
-- any more, and nothing more is noted for its database. No row: it has none.
create function insula_attempt(of_tenant text, by_attempt text, at_ms bigint) returns table (step bigint) language plpgsql as $attempt$
begin
  perform pg_advisory_xact_lock(hashtextextended(of_tenant, 7310594301));
  return query update tenant_database d set attempt = by_attempt, attempted_at_ms = at_ms
    where d.tenant_id = of_tenant and exists (select from tenant t where t.id = of_tenant and t.isolation = 'database')
    returning d.step;
  delete from product_arrival a where a.tenant_id = of_tenant;
end $attempt$;

-- Puts what an attempt has brought where the isolation says, in the transaction that says that it is there. No row: the
-- attempt doesn't have the tenant any more, or something waits for the tenant's database. What is brought comes from a
-- server of somebody else's: it goes into tables of product data alone, and has to be the tenant's.
create function insula_move_in(of_tenant text, into_isolation text, by_attempt text, at_ms bigint)
returns table (moved bigint) language plpgsql security definer set search_path = public, pg_temp as $move$
declare
  home text := insula_schema_name(of_tenant);
  brought record;
  target regclass;
  columns text;
  is_foreign boolean;
begin
  perform insula_check_scope(of_tenant);
  perform pg_advisory_xact_lock(hashtextextended(of_tenant, 7310594301));
  if into_isolation not in ('shared', 'schema') then
    raise exception 'the tenant can not be moved' using errcode = 'IN004';
  end if;
  perform from tenant t where t.id = of_tenant and t.isolation = 'database' for no key update;
  if not found or exists (select from product_intent i where i.tenant_id = of_tenant) then
    return;
  end if;
  update tenant_database d
    set attempt = null, attempted_at_ms = null, left_at_ms = at_ms, failures = 0, retry_at_ms = 0
    where d.tenant_id = of_tenant and d.attempt = by_attempt;
  if not found then
    return;
  end if;
  update tenant t set isolation = into_isolation where t.id = of_tenant;
  if into_isolation = 'schema' then
    perform insula_schema_make(of_tenant);
  end if;
  begin
    for brought in select a.moved_table, a.moved_rows from product_arrival a where a.tenant_id = of_tenant order by a.place loop
      select c.oid into target from pg_class c
        where c.relname = brought.moved_table and c.relkind = 'r'
          and case into_isolation when 'schema' then c.relnamespace = home::regnamespace
            else c.relnamespace = 'public'::regnamespace and exists (
              select from pg_trigger g where g.tgrelid = c.oid and g.tgfoid = 'insula_check_shared'::regproc) end;
      if not found then
        raise exception 'what is brought is no product data' using errcode = 'IN013';
      end if;
      select string_agg(distinct quote_ident(k), ', ') into columns
        from json_array_elements(brought.moved_rows::json) m, json_object_keys(m) k;
      execute format('select exists (select from json_populate_recordset(null::%s, $1::json) m where m.tenant_id is distinct from $2)',
        target) into is_foreign using brought.moved_rows, of_tenant;
      if is_foreign then
        raise exception 'what is brought is another tenant''s' using errcode = 'IN013';
      end if;
      execute format('insert into %s (%s) select %s from json_populate_recordset(null::%s, $1::json)', target, columns,
        columns, target) using brought.moved_rows;
    end loop;
  exception when data_exception or integrity_constraint_violation or syntax_error_or_access_rule_violation
    or program_limit_exceeded then
    raise exception 'what is brought does not fit: %', sqlstate using errcode = 'IN013';
  end;
  delete from product_arrival a where a.tenant_id = of_tenant;
  return query values (1::bigint);
end $move$;

-- As it was, but of a database that was left.
create or replace function insula_check_leaving() returns trigger language plpgsql as $check$
begin
  if exists (select from tenant_database d where d.tenant_id = old.id and d.left_at_ms is null) then
    raise exception 'the product data of this tenant is in a database of its own' using errcode = 'IN006';
  end if;
  return new;
end $check$;

-- What a database holds that was left is about to be removed: a release that knows nothing of it must not move anything there.
create function insula_check_entering() returns trigger language plpgsql as $check$
begin
  if exists (select from tenant_database d where d.tenant_id = old.id and d.left_at_ms is not null) then
    raise exception 'the database of this tenant is yet to be cleared' using errcode = 'IN006';
  end if;
  return new;
end $check$;

create trigger enters_its_database before update of isolation on tenant for each row
  when (old.isolation <> 'database' and new.isolation = 'database') execute function insula_check_entering();

-- As it was, and a release that knows nothing of what an attempt has brought must not end a tenant that has it here.
create or replace function insula_check_ending() returns trigger language plpgsql as $check$
begin
  if exists (select from tenant_database d where d.tenant_id = old.id)
    or exists (select from product_intent i where i.tenant_id = old.id)
    or exists (select from product_arrival a where a.tenant_id = old.id)
  then
    raise exception 'the tenant still has product data in a database of its own' using errcode = 'IN006';
  end if;
  return new;
end $check$;

revoke all on function insula_move_in from public;
grant execute on function insula_move_in to insula_runtime;
