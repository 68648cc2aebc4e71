//! "I see wrong data": whether the database keeps tenants apart, and whether what is stored hangs together.

use super::Check;

/// How a table is bound to the scope of whoever asks.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The table.
    pub name: String,
    /// Whether row-level security is on.
    pub is_bound: bool,
    /// Whether its owner is bound as well.
    pub is_forced: bool,
    /// Rules that read the scope.
    pub policies: i64,
}

/// What is seen of a table without naming a tenant, for the scope of one.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The table.
    pub name: String,
    /// Rows that are seen.
    pub seen: i64,
    /// Those of other tenants.
    pub foreign: i64,
    /// Rows that the tenant has.
    pub own: i64,
}

/// What refers to something that isn't there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dangling {
    /// Members that are nobody.
    pub members: i64,
    /// Keys of nobody.
    pub keys: i64,
    /// Limits of no key.
    pub limits: i64,
    /// Entries that are missing at the end of the audit log.
    pub log_entries: i64,
}

const ON_SQLITE: &str = "SQLite has no row-level security: there each statement names its tenant, which a test of the sources \
     sees to. On PostgreSQL the database sees to it as well.";

/// Whether row-level security holds; none on SQLite.
pub fn row_level_security(tables: &[&str], bindings: Option<&[Binding]>) -> Check {
    let check = Check::new("row_level_security").number("tables", count(tables.iter()));
    let Some(bindings) = bindings else { return check.unknown_if(true, ON_SQLITE) };
    let of = |holds: fn(&Binding) -> bool| count(bindings.iter().filter(|binding| holds(binding)));
    let (bound, forced) = (of(|binding| binding.is_bound), of(|binding| binding.is_forced));
    let ruled = of(|binding| binding.policies > 0);
    let holds = |binding: &Binding| binding.is_bound && binding.is_forced && binding.policies > 0;
    let mut check = check.number("on", bound).number("forced", forced).number("with_a_policy", ruled);
    for table in tables {
        if !bindings.iter().any(|binding| binding.name == *table && holds(binding)) {
            check = check.text(table, "not bound");
        }
    }
    let whole = count(tables.iter());
    check.problem_if(
        bound < whole || forced < whole || ruled < whole,
        "Tell the operator at once: `alter table … enable row level security`, the same with `force`, and where the policy is \
         gone `select insula_isolate(…)` with the rule that the migrations have for the table.",
    )
}

/// Whether the role that serves is bound by it; none on SQLite.
pub fn role(role: Option<(&str, bool)>) -> Check {
    let check = Check::new("role");
    let Some((name, is_unbound)) = role else { return check.unknown_if(true, ON_SQLITE) };
    check.text("role", name).number("beyond_row_level_security", i64::from(is_unbound)).problem_if(
        is_unbound,
        "Tell the operator at once: `alter role insula_runtime nosuperuser nobypassrls`.",
    )
}

/// Whether the scope of the tenant shows its rows, all of them and no other.
pub fn scope(seen: Option<&[Seen]>, is_too_large: bool) -> Check {
    let check = Check::new("scope");
    let Some(seen) = seen else {
        return check
            .unknown_if(
                is_too_large,
                "There are too many rows to count them all in a request: the operator counts them.",
            )
            .unknown_if(true, ON_SQLITE);
    };
    let sum = |of: fn(&Seen) -> i64| seen.iter().map(of).sum::<i64>();
    let (foreign, hidden) =
        (sum(|table| table.foreign), sum(|table| (table.own - (table.seen - table.foreign)).max(0)));
    let mut check = check
        .number("rows_seen", sum(|table| table.seen))
        .number("rows_of_the_tenant", sum(|table| table.own))
        .number("rows_of_others", foreign)
        .number("rows_hidden", hidden);
    for table in seen.iter().filter(|table| table.seen != table.own) {
        check = check.number(&table.name, table.seen - table.own);
    }
    check
        .problem_if(
            foreign > 0,
            "Rows of other tenants are seen: tell the operator at once, and stop calling.",
        )
        .problem_if(
            hidden > 0,
            "Rows of the tenant's own are not seen: tell the operator, a policy hides them.",
        )
}

/// Whether what is stored hangs together.
pub fn references(dangling: Dangling) -> Check {
    let Dangling { members, keys, limits, log_entries } = dangling;
    Check::new("references")
        .number("members_that_are_nobody", members)
        .number("keys_of_nobody", keys)
        .number("limits_of_no_key", limits)
        .number("log_entries_missing", log_entries)
        .problem_if(
            log_entries != 0,
            "The audit log ends elsewhere than it says: POST …/audit-log/verify names the place.",
        )
        .problem_if(members + keys > 0, "Somebody removed people past the API: tell the operator.")
        .problem_if(
            limits > 0,
            "Remove the limit of a key that is gone: DELETE /api/v1/tenants/{tenant_id}/limits/{subject}.",
        )
}

fn count(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{Fact, Outcome};
    use super::*;

    fn binding(name: &str) -> Binding {
        Binding { name: name.to_owned(), is_bound: true, is_forced: true, policies: 1 }
    }

    #[test]
    fn a_table_that_is_bound_by_half_is_named() {
        let tables = ["api_key", "report"];
        let all = [binding("api_key"), binding("report")];
        assert_eq!(row_level_security(&tables, Some(&all)).outcome, Outcome::Ok);
        assert_eq!(row_level_security(&tables, None).outcome, Outcome::Unknown);
        let halves = [
            Binding { is_bound: false, ..binding("report") },
            Binding { is_forced: false, ..binding("report") },
            Binding { policies: 0, ..binding("report") },
            Binding { name: "another".to_owned(), ..binding("report") },
        ];
        for half in halves {
            let check = row_level_security(&tables, Some(&[binding("api_key"), half]));
            assert_eq!(check.found["report"], Fact::Text("not bound".to_owned()), "{check:?}");
        }
        assert_eq!(row_level_security(&tables, Some(&[binding("api_key")])).outcome, Outcome::Problem);
    }

    #[test]
    fn a_foreign_row_and_a_hidden_one_are_both_found() {
        let table = |seen, foreign, own| Seen { name: "report".to_owned(), seen, foreign, own };
        assert_eq!(scope(Some(&[table(3, 0, 3)]), false).outcome, Outcome::Ok);
        let foreign = scope(Some(&[table(4, 1, 3)]), false);
        assert!(foreign.remedy.unwrap().contains("other tenants"), "{foreign:?}");
        let hidden = scope(Some(&[table(2, 0, 3)]), false);
        assert!(hidden.remedy.unwrap().contains("not seen"), "{hidden:?}");
        // As many as there should be, and one of them another's.
        assert_eq!(scope(Some(&[table(3, 1, 3)]), false).found["rows_hidden"], Fact::Number(1));
        assert_eq!(scope(None, true).outcome, Outcome::Unknown);
    }

    #[test]
    fn what_dangles_is_a_problem() {
        assert_eq!(references(Dangling::default()).outcome, Outcome::Ok);
        for one in [
            Dangling { members: 1, ..Dangling::default() },
            Dangling { keys: 1, ..Dangling::default() },
            Dangling { limits: 1, ..Dangling::default() },
            Dangling { log_entries: 1, ..Dangling::default() },
            Dangling { log_entries: -1, ..Dangling::default() },
        ] {
            assert_eq!(references(one).outcome, Outcome::Problem, "{one:?}");
        }
    }
}
