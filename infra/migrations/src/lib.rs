//! The numbered migrations: each step is a folder with the same change in both dialects.
//!
//! Steps only go forward and are never edited once released; a change of a released table is a new step that old
//! code can live with (expand, then contract). This crate holds the texts and how each step is wrapped so that it
//! happens whole or not at all, and once; it talks to no database itself. The SQL seam, `insula-sql`, runs it.

/// Makes the log of steps on SQLite.
pub const CREATE_LOG_SQLITE: &str = "create table if not exists schema_migration (
  number integer primary key, name text not null, applied_at_ms bigint not null)";

/// Makes the log of steps on PostgreSQL. The lock keeps two first runners from colliding in the catalogue.
pub const CREATE_LOG_POSTGRES: &str = "do $insula$ begin
  perform pg_advisory_xact_lock(7310594301);
  create table if not exists schema_migration (
    number integer primary key, name text not null, applied_at_ms bigint not null);
end $insula$";

/// Whether the log of steps exists, on SQLite.
pub const LOG_EXISTS_SQLITE: &str =
    "select count(*) as found from sqlite_master where type = 'table' and name = 'schema_migration'";

/// Whether the log of steps exists, on PostgreSQL.
pub const LOG_EXISTS_POSTGRES: &str =
    "select case when to_regclass('schema_migration') is null then 0 else 1 end as found";

/// The number of the newest step that was done, 0 for none.
pub const NEWEST_DONE: &str = "select coalesce(max(number), 0) as number from schema_migration";

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its number; steps are done in the order of their numbers.
    pub number: u32,
    /// What it brings.
    pub name: &'static str,
    /// Its text for SQLite.
    pub sqlite: &'static str,
    /// Its text for PostgreSQL.
    pub postgres: &'static str,
}

macro_rules! steps {
    ($($number:literal $name:literal)*) => {
        &[$(Step {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../", $name, "/sqlite.sql")),
            postgres: include_str!(concat!("../", $name, "/postgres.sql")),
        }),*]
    };
}

/// Every step, in order.
pub const STEPS: &[Step] = steps! {
    1 "0001_platform"
    2 "0002_plans"
    3 "0003_identity"
    4 "0004_admission"
    5 "0005_report"
    6 "0006_keys"
    7 "0007_mail"
    8 "0008_guessing"
    9 "0009_signing_keys"
    10 "0010_codes"
    11 "0011_limits"
    12 "0012_audit"
    13 "0013_lifecycle"
    14 "0014_isolation"
    15 "0015_notes"
    16 "0016_append"
    17 "0017_schemas"
    18 "0018_explain"
    19 "0019_impersonation"
    20 "0020_data_keys"
    21 "0021_log_keeper"
    22 "0022_databases"
    23 "0023_guard"
    24 "0024_home_again"
    25 "0025_last_use"
    26 "0026_rights"
    27 "0027_rules"
    28 "0028_kept_scope"
    29 "0029_moves"
    30 "0030_people"
    31 "0031_ours"
    32 "0032_way_in"
};

/// One step of the schemas that tenants have of their own, on PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct TenantStep {
    /// Its number; steps are done in the order of their numbers.
    pub number: u32,
    /// What it brings.
    pub name: &'static str,
    /// Its statements: they name tables without a schema, and are run inside the tenant's.
    pub statements: &'static str,
}

macro_rules! tenant_steps {
    ($($number:literal $name:literal)*) => {
        &[$(TenantStep {
            number: $number,
            name: $name,
            statements: include_str!(concat!("../tenant/", $name, ".sql")),
        }),*]
    };
}

/// Every step of tenants' own schemas, in order. A step of a shared product table has its twin here.
pub const TENANT_STEPS: &[TenantStep] = tenant_steps! {
    1 "0001_report"
    2 "0002_way_in"
};

/// Tells the database of a tenant's step, on PostgreSQL. Parameters: its number, its name, its statements.
pub const ADD_TENANT_STEP: &str =
    "insert into tenant_step (number, name, statements) values ($1, $2, $3) on conflict (number) do nothing";

/// Brings some of the tenants' schemas up to date, on PostgreSQL. Parameters: the tenant after which to begin, and how many.
pub const MIGRATE_SCHEMAS: &str = "select last, done, busy from insula_schemas_migrate($1, $2)";

/// How many tenants' schemas are behind, on PostgreSQL.
pub const SCHEMAS_BEHIND: &str = "select insula_schemas_behind() as behind";

/// Makes a tenant's own database, or brings it up to date: one statement. A database that is the platform's own is refused
/// with `IN010`, one that is another tenant's with `IN011`. The id is one that was parsed, and so has no quote in it.
#[must_use]
pub fn own_database(tenant_id: &str) -> String {
    let steps = TENANT_STEPS.iter().map(|TenantStep { number, statements, .. }| {
        format!(
            "if present < {number} then
perform set_config('search_path', 'insula, pg_temp', true);
execute $step${statements}$step$;
perform set_config('search_path', 'pg_catalog, pg_temp', true);
execute 'update insula.home set step = {number}';
end if;"
        )
    });
    let steps = steps.collect::<Vec<_>>().join("\n\n");
    let text = include_str!("../own_database.sql").replace("{tenant}", tenant_id).replace("{steps}", &steps);
    format!("do $insula$\n{text}$insula$")
}

/// Removes all that [`own_database`] made, if it is that tenant's and has that identity: what is another's, or was made anew
/// since, is refused with `IN011`.
#[must_use]
pub fn leave_own_database(tenant_id: &str, identity: &str) -> String {
    format!(
        "do $insula$
declare
  is_own boolean;
begin
perform set_config('lock_timeout', '2s', true);
perform pg_advisory_xact_lock(7310594302);
if to_regnamespace('insula') is null then return; end if;
if to_regclass('insula.home') is not null then
  execute 'select exists (select from insula.home where tenant_id = $1 and identity = $2)' into is_own
    using '{tenant_id}'::text, '{identity}'::text;
end if;
if is_own is not true then
  raise exception 'this is the database of another tenant' using errcode = 'IN011';
end if;
perform set_config('client_min_messages', 'warning', true);
drop schema insula cascade;
end $insula$"
    )
}

/// The tables that the steps of tenants make: what a tenant has of product data.
pub const TENANT_TABLES: [&str; 1] = ["report"];

/// The newest step of tenants' own schemas and databases.
#[must_use]
pub const fn newest_of_tenants() -> u32 {
    TENANT_STEPS[TENANT_STEPS.len() - 1].number
}

/// The number that the present code needs.
#[must_use]
pub const fn newest() -> u32 {
    STEPS[STEPS.len() - 1].number
}

impl Step {
    /// The statements of the SQLite text, which a runner executes inside one transaction. In the file a statement
    /// ends with a semicolon and an empty line, so a trigger's body may hold semicolons.
    pub fn sqlite_statements(&self) -> impl Iterator<Item = &'static str> {
        self.sqlite.split(";\n\n").map(str::trim).filter(|text| !text.is_empty())
    }

    /// The statement that records the step in the log.
    #[must_use]
    pub fn sqlite_record(&self, at_ms: i64) -> String {
        format!("insert into schema_migration values ({}, '{}', {at_ms})", self.number, self.name)
    }

    /// The whole step as one statement: it takes the runners' lock, sees whether the step is still to do, does it
    /// and records it. One statement is one transaction, so a runner that dies leaves nothing half done. It acts for the
    /// system: row-level security binds the owner of a table too.
    #[must_use]
    pub fn postgres_statement(&self, at_ms: i64) -> String {
        let (number, name, text) = (self.number, self.name, self.postgres);
        format!(
            "do $insula$ begin
perform pg_advisory_xact_lock(7310594301);
if exists (select from schema_migration where number = {number}) then return; end if;
perform set_config('insula.scope', 'system', true);
{text}
insert into schema_migration values ({number}, '{name}', {at_ms});
end $insula$"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_tenants_are_those_that_their_steps_make() {
        let lines = TENANT_STEPS.iter().flat_map(|step| step.statements.lines());
        let made = lines.filter_map(|line| line.strip_prefix("create table ")?.split([' ', '(']).next());
        assert_eq!(made.collect::<Vec<_>>(), TENANT_TABLES);
    }

    #[test]
    fn steps_are_numbered_without_gaps_and_named_by_their_number() {
        for (at, step) in STEPS.iter().enumerate() {
            assert_eq!(usize::try_from(step.number), Ok(at + 1));
            assert!(step.name.starts_with(&format!("{:04}_", step.number)), "{}", step.name);
        }
        for (at, step) in TENANT_STEPS.iter().enumerate() {
            assert_eq!(usize::try_from(step.number), Ok(at + 1));
            assert!(step.name.starts_with(&format!("{:04}_", step.number)), "{}", step.name);
        }
    }

    #[test]
    fn every_folder_is_a_step() {
        let folders = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
        let numbered = folders.filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        let numbered: Vec<_> =
            numbered.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
        assert_eq!(numbered.len(), STEPS.len(), "{numbered:?}");
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tenant")).unwrap();
        assert_eq!(files.count(), TENANT_STEPS.len());
    }
}
