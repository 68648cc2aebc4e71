//! Tenants with schemas of their own, and the same database with nothing that binds it. On PostgreSQL.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::Database;
use crate::process;

/// A copy of a function that is bound by nothing: it has no role, no scope, and asks nobody who it is.
const COPY_UNBOUND: &str = r"do $copy$
declare
  bound text := replace(pg_get_functiondef('{name}'::regproc), '{name}', '{copy}');
  bare text := replace(replace(bound, ' SET role TO ''insula_runtime''', ''), ' SECURITY DEFINER', '');
begin
  if bare = bound then
    raise exception 'the copy is bound as well';
  end if;
  bare := regexp_replace(bare, 'perform set_config\(''insula\.scope'', [a-z'']*, (true|false)\);', '', 'g');
  bare := regexp_replace(bare, 'if current_setting\(''role''\).*?end if;', '');
  bare := regexp_replace(bare, 'if current_user <> ''insula_runtime''.*?end if;', '');
  if bare ~ 'insula\.scope|pg_has_role' then
    raise exception 'the copy is bound as well';
  end if;
  execute bare;
end $copy$";

const MAKE_TENANTS: &str = "do $make$
begin
  for number in 1 .. {count} loop
    insert into tenant (id, name, state, plan, created_at_ms, isolation)
      values ('ten_' || lpad(number::text, 26, '0'), 'made', 'active', 'free', 0, 'schema');
    perform insula_schema_make('ten_' || lpad(number::text, 26, '0'));
    if number % 100 = 0 then
      commit;
    end if;
  end loop;
end $make$";

/// Twenty reports for each tenant, where its product data are.
const FILL_REPORTS: &str = "do $fill$
declare
  one record;
begin
  for one in select t.id, case t.isolation when 'schema' then insula_schema_name(t.id) else 'public' end as home
      from tenant t loop
    execute format('insert into %I.report (id, tenant_id, created_by, file_name, row_count, column_count, score, body,
      created_at_ms) select ''rep_'' || lpad(n::text, 3, ''0'') || right($1, 23), $1, ''made'', ''made.csv'', 1, 1, 1, ''{}'', n
      from generate_series(1, 20) as n', one.home) using one.id;
  end loop;
end $fill$";

/// What the application asks for, bound by nothing: no role, no scope, no policy, all product data in one table.
const UNBIND: &str = r"do $unbind$
declare
  name text;
begin
  foreach name in array array['{admit}', '{batch}'] loop
    execute replace(pg_get_functiondef((name || '_unbound')::regproc), name || '_unbound', name);
  end loop;
  set session_replication_role = replica;
  update tenant set isolation = 'shared';
  set session_replication_role = origin;
  -- The log takes entries of nobody.
  execute format('alter database %I set insula.scope = system', current_database());
end $unbind$";
const UNBOUND_HOME: &str = "create or replace function insula_home(of_tenant text) returns text language sql as $home$select 'public'$home$";

/// Reads the reports of each tenant with a schema, for the first time on this connection and then ten thousand times more.
const TOUCH: &str = r"do $touch$
declare
  ids text[];
  calls integer;
  begun timestamptz;
  before bigint;
begin
  select array_agg(id order by id) into ids from tenant where isolation = 'schema';
  create table touched (pass integer, microseconds double precision, bytes bigint);
  for pass in 1 .. 2 loop
    calls := case pass when 1 then array_length(ids, 1) else 10000 end;
    before := (select sum(total_bytes) from pg_backend_memory_contexts);
    begun := clock_timestamp();
    for place in 1 .. calls loop
      if {batch}(ids[place % array_length(ids, 1) + 1], array['select id, created_at_ms from report where tenant_id = ($1)[1]
          order by id limit 21'], array[ids[place % array_length(ids, 1) + 1]], array[0], array[1]) -> 'results' is null then
        raise exception 'the reports could not be read';
      end if;
      commit;
    end loop;
    insert into touched select pass, extract(epoch from clock_timestamp() - begun) * 1e6 / calls,
      ((select sum(total_bytes) from pg_backend_memory_contexts) - before) / array_length(ids, 1);
  end loop;
end $touch$";

/// What a call costs a connection that has met the tenant before, or not.
pub struct Touched {
    pub first_us: f64,
    pub again_us: f64,
    /// What the connection keeps of each tenant that it has met.
    pub kept_bytes: f64,
}

impl Database<'_> {
    /// Makes tenants with a schema each, as the application does, a hundred in a transaction. On PostgreSQL.
    pub fn make_tenants(&self, state: &Path, count: usize) -> Result<()> {
        let make = MAKE_TENANTS.replace("{count}", &count.to_string());
        self.execute(state, &["set insula.scope = 'system'", &make, "analyze"])
    }

    /// Adds a step to those that each tenant's schema needs. On PostgreSQL.
    pub fn add_tenant_step(url: &str, statements: &str) -> Result<()> {
        let add = format!(
            "insert into tenant_step select max(number) + 1, 'bench', $step${statements}$step$ from tenant_step"
        );
        let mut client = Command::new("psql");
        client.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url, "--command", &add]);
        process::output(&mut client).map(drop)
    }

    /// The newest of the functions whose name begins so. On PostgreSQL.
    pub fn newest_function(&self, state: &Path, start: &str) -> Result<String> {
        let named = format!(
            r"select proname from pg_proc where proname ~ '^{start}[0-9]+$' and prokind = 'f' order by proname desc limit 1"
        );
        Ok(self.ask(state, &named)?.trim().to_owned())
    }

    /// Makes a copy of a function that is bound by nothing, for a superuser, and gives its name. On PostgreSQL.
    pub fn unbound(&self, state: &Path, name: &str) -> Result<String> {
        let copy = format!("{name}_unbound");
        self.execute(state, &[&COPY_UNBOUND.replace("{name}", name).replace("{copy}", &copy)])?;
        Ok(copy)
    }

    /// Gives each tenant twenty reports.
    pub fn fill_reports(&self, state: &Path) -> Result<()> {
        self.execute(state, &["set row_security = off", FILL_REPORTS, "analyze"])
    }

    /// Takes away what binds the application's own statements, before the tenants have product data.
    pub fn unbind(&self, state: &Path) -> Result<()> {
        let names = ["insula_admit_", "insula_batch_"].map(|start| self.newest_function(state, start));
        let [admit, batch] = names;
        let (admit, batch) = (admit?, batch?);
        self.unbound(state, &admit)?;
        self.unbound(state, &batch)?;
        let unbind = UNBIND.replace("{admit}", &admit).replace("{batch}", &batch);
        self.execute(state, &[&unbind, UNBOUND_HOME])
    }

    /// Reads product data of all tenants with schemas on one connection.
    pub fn touch_schemas(&self, state: &Path) -> Result<Touched> {
        let batch = self.newest_function(state, "insula_batch_")?;
        self.execute(state, &[&TOUCH.replace("{batch}", &batch)])?;
        let said = self.ask(state, "select microseconds, bytes from touched order by pass")?;
        let numbers: Vec<f64> =
            said.split(['|', '\n']).filter_map(|number| number.trim().parse().ok()).collect();
        let [first_us, kept_bytes, again_us, _] = numbers[..] else { bail!("psql said {said:?}") };
        Ok(Touched { first_us, again_us, kept_bytes })
    }
}
