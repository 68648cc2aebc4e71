//! A look at the database behind the application's back: what was stored.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::types::ValueRef;

use super::at_once::wait_until;
use super::postgres;

const POSTGRES_COLUMNS: &str =
    "select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname, a.attname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and";

const POSTGRES_SCHEMA: &str = "
  select 'column' as kind, table_name || '.' || column_name as name, data_type || is_nullable as what
  from information_schema.columns where table_schema = 'public'
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'function', proname, prosrc || coalesce(proconfig::text, '') from pg_proc
  where pronamespace = 'public'::regnamespace
  union all select 'bound', relname, relrowsecurity::text || relforcerowsecurity || coalesce(relacl::text, '') from pg_class
  where relnamespace = 'public'::regnamespace and relkind = 'r'
  union all select 'policy', tablename || '.' || policyname, cmd || coalesce(qual, '') || coalesce(with_check, '')
  from pg_policies where schemaname = 'public'
  order by kind, name";

/// The database of one application.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// An address.
    Postgres(String),
}

impl Database {
    /// The rows of a query, each value as text; null is `null`.
    #[must_use]
    pub fn rows(&self, query: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(path) => sqlite_rows(path, query),
            Self::Postgres(address) => postgres::rows(address, query),
        }
    }

    /// The one number that a query returns.
    #[track_caller]
    #[must_use]
    pub fn number(&self, query: &str) -> i64 {
        let rows = self.rows(query);
        rows.first().and_then(|row| row.first()?.parse().ok()).unwrap_or_else(|| panic!("{query}: {rows:?}"))
    }

    /// Changes rows, as an operator at the database would.
    pub fn execute(&self, statement: &str) {
        match self {
            Self::Sqlite(path) => connect(path).execute_batch(statement).expect(statement),
            Self::Postgres(address) => postgres::execute(address, statement),
        }
    }

    /// Ends what a killed server left on PostgreSQL: statements that run on for nobody.
    pub fn end_sessions(&self) {
        if let Self::Postgres(_) = self {
            let others =
                "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
            self.execute(&format!("select pg_terminate_backend(pid) {others}"));
            wait_until(|| self.number(&format!("select count(*) {others}")) == 0);
        }
    }

    /// Runs `body` while somebody else is writing, so that no other writer gets a turn.
    pub fn while_written<T>(&self, body: impl FnOnce() -> T) -> T {
        match self {
            Self::Sqlite(path) => {
                let writer = connect(path);
                writer.execute_batch("begin immediate").expect("the turn to write");
                let result = body();
                writer.execute_batch("rollback").expect("the end of it");
                result
            }
            Self::Postgres(address) => postgres::while_locked(address, body),
        }
    }

    /// Brings the schema to that step and no further, as an older release left it.
    pub fn take_steps(&self, newest: u32) {
        let steps = insula_migrations::STEPS.iter().filter(|step| step.number <= newest);
        match self {
            Self::Sqlite(path) => {
                let connection = connect(path);
                connection.execute_batch(insula_migrations::CREATE_LOG_SQLITE).expect("the log");
                let done = self.number(insula_migrations::NEWEST_DONE);
                for step in steps.filter(|step| i64::from(step.number) > done) {
                    for text in step.sqlite_statements() {
                        connection.execute_batch(text).expect(text);
                    }
                    connection.execute_batch(&step.sqlite_record(0)).expect("the record");
                }
            }
            Self::Postgres(address) => {
                postgres::execute(address, insula_migrations::CREATE_LOG_POSTGRES);
                for step in steps {
                    postgres::execute(address, &step.postgres_statement(0));
                }
            }
        }
    }

    /// Everything that steps make: tables, columns, indexes, triggers, functions.
    #[must_use]
    pub fn schema(&self) -> Vec<Vec<String>> {
        self.rows(match self {
            Self::Sqlite(_) => "select type, name, sql from sqlite_master order by type, name",
            Self::Postgres(_) => POSTGRES_SCHEMA,
        })
    }

    /// Every table with its columns, both by name.
    #[must_use]
    pub fn tables(&self) -> BTreeMap<String, Vec<String>> {
        let query = match self {
            Self::Sqlite(_) => {
                "select m.name, p.name from sqlite_master m, pragma_table_info(m.name) p
                 where m.type = 'table' and m.name not like 'sqlite_%'"
            }
            Self::Postgres(_) => &format!("{POSTGRES_COLUMNS} c.relnamespace = 'public'::regnamespace"),
        };
        self.columns(query)
    }

    fn columns(&self, query: &str) -> BTreeMap<String, Vec<String>> {
        let mut tables = BTreeMap::<String, Vec<String>>::new();
        for row in self.rows(&format!("{query} order by 1, 2")) {
            let [table, column] = row.try_into().expect("two names");
            tables.entry(table).or_default().push(column);
        }
        tables
    }

    /// How a new tenant's product data is kept apart here.
    #[must_use]
    pub const fn isolation(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "shared",
            Self::Postgres(_) => "schema",
        }
    }

    /// A table of product data as the source of a query: the shared one, and that of every tenant that has its own.
    #[must_use]
    pub fn product(&self, table: &str) -> String {
        let Self::Postgres(_) = self else { return table.to_owned() };
        let own = self.own_tables().into_keys().filter(|own| own.ends_with(&format!(".{table}")));
        let all: Vec<_> = [format!("public.{table}")].into_iter().chain(own).collect();
        let all = all.iter().map(|table| format!("select * from {table}")).collect::<Vec<_>>();
        format!("({}) as {table}", all.join(" union all "))
    }

    /// A table of a tenant's own product data, as a new tenant has it.
    #[must_use]
    pub fn product_of(&self, tenant_id: &str, table: &str) -> String {
        match self {
            Self::Sqlite(_) => table.to_owned(),
            Self::Postgres(_) => format!("{}.{table}", tenant_id.replacen("ten_", "t_", 1)),
        }
    }

    /// The tables of tenants' own schemas, by the schema and the name, with their columns.
    #[must_use]
    pub fn own_tables(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Sqlite(_) => BTreeMap::new(),
            Self::Postgres(_) => self.columns(&format!(
                "{POSTGRES_COLUMNS} c.relnamespace in (select oid from pg_namespace where nspname like 't\\_%')"
            )),
        }
    }

    /// What the database says to a statement that it refuses; nothing, if it doesn't.
    #[must_use]
    pub fn refusal(&self, statement: &str) -> Option<String> {
        match self {
            Self::Sqlite(path) => connect(path).execute_batch(statement).err().map(|error| error.to_string()),
            Self::Postgres(address) => postgres::refusal(address, statement),
        }
    }

    /// Everything that is stored, sorted, except what changes with every call that is admitted or guesses: counters, the
    /// entries of what changes nothing with the ends of their logs, the keys of what entries hold of a person, and the platform's own.
    #[must_use]
    pub fn dump(&self) -> Vec<String> {
        self.dump_of(|_, _| Some("true".to_owned()))
    }

    /// The same of some rows: those of which the condition is true that `rows` has for a table and its columns.
    #[must_use]
    pub fn dump_of(&self, rows: impl Fn(&str, &[String]) -> Option<String>) -> Vec<String> {
        let unsteady =
            ["bucket", "guess", "usage_counter", "audit_head", "audit_pause", "subject_key", "platform_key"];
        let texts: Vec<String> = self
            .tables()
            .into_iter()
            .chain(self.own_tables())
            .filter(|(table, _)| !unsteady.contains(&table.as_str()))
            .filter_map(|(table, columns)| {
                let condition = rows(&table, &columns)?;
                let unsteady = ["last_used_at_ms", "known_networks", "networks_told_until_ms"];
                let columns = columns.iter().filter(|column| !unsteady.contains(&column.as_str()));
                let values = columns.map(|column| format!("coalesce(cast({column} as text), 'null')"));
                let but = if table == "audit_entry" {
                    " and action not in ('login.failed', 'operator.read', 'permission.refused', 'key.new_network')"
                } else {
                    ""
                };
                let values = values.collect::<Vec<_>>().join(" || ', ' || ");
                Some(format!("select '{table}: ' || {values} from {table} where ({condition}){but}"))
            })
            .collect();
        // One question: a connection for each table would be most of what the tests do.
        let mut lines: Vec<String> = self.rows(&texts.join(" union all ")).into_iter().flatten().collect();
        lines.sort();
        lines
    }
}

fn connect(path: &PathBuf) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("the database");
    connection.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout");
    connection
}

fn sqlite_rows(path: &PathBuf, query: &str) -> Vec<Vec<String>> {
    let connection = connect(path);
    let mut statement = connection.prepare(query).expect(query);
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..width)
            .map(|at| {
                Ok(match row.get_ref(at)? {
                    ValueRef::Null => "null".to_owned(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    ValueRef::Blob(bytes) => format!("{bytes:?}"),
                })
            })
            .collect()
    });
    rows.expect(query).collect::<Result<_, _>>().expect(query)
}
