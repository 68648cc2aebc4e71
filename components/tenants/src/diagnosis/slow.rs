//! "It is slow": how long the database takes in this very request, and how it finds rows.

use super::Check;

/// Longer than this is slow, for the way to the database and back, and for a statement.
const SLOW_ROUND_TRIP_US: i64 = 50_000;
const SLOW_STATEMENT_US: i64 = 250_000;
/// A table with fewer rows may be read as a whole.
const SMALL_TABLE: i64 = 10_000;

/// How one of the tenant's main statements went.
#[derive(Clone, Debug)]
pub struct Run {
    /// The operation that runs it.
    pub operation: &'static str,
    /// How long it took, in microseconds; none if there was no time left for it.
    pub took_us: Option<i64>,
    /// The index that leads to the tenant's rows; none where there is none.
    pub index: Option<String>,
    /// How many rows its table has, of all tenants; none where nobody knows.
    pub table_rows: Option<i64>,
}

/// A statement that the server keeps figures of.
#[derive(Clone, Debug)]
pub struct Slowest {
    /// What it says, without values.
    pub text: String,
    /// How long it takes, in microseconds.
    pub mean_us: i64,
}

/// What is known of the slowest statements.
#[derive(Clone, Debug)]
pub enum Figures {
    /// The database is SQLite, which keeps none.
    OnSqlite,
    /// The server keeps none.
    NotKept,
    /// They are of all tenants' statements, and so for the operator.
    NotYours,
    /// Who serves may not read them.
    Unreadable,
    /// The slowest first.
    Kept(Vec<Slowest>),
}

/// How far the database is.
pub fn round_trip(took_us: i64) -> Check {
    Check::new("round_trip").number("took_us", took_us).problem_if(
        took_us > SLOW_ROUND_TRIP_US,
        "The database is far from the server, or has no room for another call: the operator moves them together.",
    )
}

/// How long the main statements take.
pub fn statements(runs: &[Run]) -> Check {
    let took = |check: Check, run: &Run| match run.took_us {
        Some(took_us) => check.number(&format!("{}_us", run.operation), took_us),
        None => check,
    };
    let is_slow = |run: &Run| run.took_us.is_some_and(|took_us| took_us > SLOW_STATEMENT_US);
    runs.iter()
        .fold(Check::new("statements"), took)
        .problem_if(runs.iter().any(is_slow), "Ask for smaller pages, and see the indexes and rows below.")
        .unknown_if(
            runs.iter().any(|run| run.took_us.is_none()),
            "There was no time for all of them: the database is busy. Ask again later.",
        )
}

/// Whether the main statements find the tenant's rows by an index.
pub fn indexes(runs: &[Run]) -> Check {
    let named = |check: Check, run: &Run| check.text(run.operation, run.index.as_deref().unwrap_or("none"));
    let is_missing = |run: &Run| run.index.is_none() && run.table_rows.is_none_or(|rows| rows >= SMALL_TABLE);
    runs.iter().fold(Check::new("indexes"), named).problem_if(
        runs.iter().any(is_missing),
        "A statement reads a whole large table, or finds rows by another column than the tenant: the operator runs ANALYZE, \
         and compares the indexes with the migrations.",
    )
}

/// How much there is to read.
pub fn rows(rows: &[(String, i64)], counted_at_most: i64) -> Check {
    let check = rows.iter().fold(Check::new("rows"), |check, (table, rows)| check.number(table, *rows));
    check.number("counted_at_most", counted_at_most).problem_if(
        rows.iter().any(|(_, rows)| *rows >= counted_at_most),
        "Tables are this large: read by pages, and let what isn't needed any more go.",
    )
}

/// Which statements take longest.
pub fn slowest(figures: &Figures) -> Check {
    let check = Check::new("slowest_statements");
    match figures {
        Figures::OnSqlite => check.unknown_if(true, "SQLite keeps no such figures: the check `statements` has measured now."),
        Figures::NotKept => check.unknown_if(
            true,
            "The operator has the server keep them: `shared_preload_libraries = 'pg_stat_statements'`, \
             `pg_stat_statements.track = 'all'`, and `create extension pg_stat_statements`.",
        ),
        Figures::NotYours => check.unknown_if(true, "They are of all tenants together: the operator sees them here."),
        Figures::Unreadable => check.unknown_if(
            true,
            "The extension is there and not loaded: `shared_preload_libraries = 'pg_stat_statements'`, and a restart.",
        ),
        Figures::Kept(list) => {
            let is_slow = list.iter().any(|one| one.mean_us > SLOW_STATEMENT_US);
            list.iter()
                .fold(check, |check, one| check.number(&one.text, one.mean_us))
                .problem_if(is_slow, "A statement takes long on average: EXPLAIN (ANALYZE, BUFFERS) says where.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fact, Outcome};
    use super::*;

    fn run(took_us: Option<i64>, index: Option<&str>, table_rows: Option<i64>) -> Run {
        Run { operation: "list_reports", took_us, index: index.map(str::to_owned), table_rows }
    }

    #[test]
    fn a_table_may_be_read_as_a_whole_while_it_is_small_and_known_to_be() {
        assert_eq!(indexes(&[run(None, Some("report_by_tenant"), None)]).outcome, Outcome::Ok);
        assert_eq!(indexes(&[run(None, None, Some(SMALL_TABLE - 1))]).outcome, Outcome::Ok);
        assert_eq!(indexes(&[run(None, None, Some(SMALL_TABLE))]).outcome, Outcome::Problem);
        assert_eq!(indexes(&[run(None, None, None)]).outcome, Outcome::Problem);
    }

    #[test]
    fn a_statement_that_takes_long_is_a_problem_and_one_that_was_not_run_is_none() {
        let check = statements(&[run(Some(7), None, None)]);
        assert_eq!((check.outcome, &check.found["list_reports_us"]), (Outcome::Ok, &Fact::Number(7)));
        assert_eq!(statements(&[run(Some(SLOW_STATEMENT_US + 1), None, None)]).outcome, Outcome::Problem);
        assert_eq!(statements(&[run(None, None, None)]).outcome, Outcome::Unknown);
        assert_eq!(round_trip(SLOW_ROUND_TRIP_US + 1).outcome, Outcome::Problem);
        assert_eq!(round_trip(SLOW_ROUND_TRIP_US).outcome, Outcome::Ok);
    }
}
