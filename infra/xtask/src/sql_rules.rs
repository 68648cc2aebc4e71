//! The rules for `components/*/sql/**/*.sql`, as plain functions over names and texts.
//!
//! | Rule                                                   | Whom it protects                                    |
//! |--------------------------------------------------------|-----------------------------------------------------|
//! | a comment with the promise on top                      | the reader, who sees a statement without its caller |
//! | `-- Parameters: $1 name, $2 name.` when it has any     | the writer of the call                              |
//! | `$n` first appear in ascending order, without gaps     | SQLite numbers by first appearance, PostgreSQL by number |
//! | one statement, no semicolon at its end                 | a prepared statement is one statement               |
//! | it returns rows                                        | a batch takes its rows from every statement         |
//! | lower case                                             | the reader                                          |
//! | `<table>_<verb>[_by_<key>].sql`                        | whoever looks for it                                |
//! | a dialect's file has its twin, with the same parameters | whoever runs the other database                    |
//!
//! No I/O here: [`check`] takes what was read and gives what is wrong.

mod header;
mod name;
mod scan;

use std::collections::BTreeMap;

use header::Header;
use name::Name;
use scan::Statement;

/// One file: its path, for messages and its name, and its text.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the repository's root.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// What is wrong with all of the files together, one line each; empty when nothing is.
pub fn check(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut twins: BTreeMap<(String, String), Vec<Twin>> = BTreeMap::new();
    for file in files {
        let (folder, file_name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let header = Header::parse(&file.text);
        let statement = Statement::scan(&file.text);
        let mut add = |problem: String| wrong.push(format!("{}: {problem}", file.path));
        match Name::parse(file_name) {
            Err(problem) => add(problem),
            Ok(name) => {
                let twin =
                    Twin { path: &file.path, dialect: name.dialect, parameters: header.parameters.clone() };
                twins.entry((folder.to_owned(), name.stem)).or_default().push(twin);
            }
        }
        header.problems().into_iter().chain(statement.problems()).for_each(&mut add);
        if let Some(problem) = header.disagrees_with(&statement) {
            add(problem);
        }
    }
    wrong.extend(twins.values().filter_map(|twins| twins_problem(twins)));
    wrong
}

struct Twin<'a> {
    path: &'a str,
    dialect: Option<String>,
    parameters: Vec<(usize, String)>,
}

fn twins_problem(twins: &[Twin<'_>]) -> Option<String> {
    let (first, others) = twins.split_first()?;
    let Some(other) = others.first() else {
        let dialect = first.dialect.as_ref()?;
        return Some(format!(
            "{}: it is for {dialect} only; its twin for the other dialect is missing",
            first.path
        ));
    };
    if first.dialect.is_none() || other.dialect.is_none() {
        return Some(format!(
            "{}: a text for both dialects and one for a single dialect exclude each other",
            first.path
        ));
    }
    let differ = first.parameters != other.parameters;
    differ.then(|| format!("{}: its parameters differ from those of {}", first.path, other.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- Creates a tenant unless the slug is taken; no row back means it is taken.\n\
        -- Parameters: $1 id, $2 slug.\n\
        insert into tenant (id, slug) values ($1, $2) on conflict (slug) do nothing returning id\n";

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(name, text): &(&str, &str)| File {
            path: format!("components/tenants/sql/{name}"),
            text: (*text).to_owned(),
        };
        check(&files.iter().map(file).collect::<Vec<_>>())
    }

    #[track_caller]
    fn refused(text: &str, because: &str) {
        let found = problems(&[("tenant_insert.sql", text)]);
        assert!(found.len() == 1 && found[0].contains(because), "{found:?}");
    }

    #[test]
    fn a_statement_that_keeps_every_rule_is_accepted() {
        assert_eq!(problems(&[("tenant_insert.sql", GOOD)]), [""; 0]);
        let selected = "-- Every tenant, oldest first.\nselect id from tenant order by created_at_ms";
        assert_eq!(problems(&[("tenant_list.sql", selected)]), [""; 0]);
    }

    #[test]
    fn a_promise_is_demanded() {
        refused("select id from tenant", "promise");
        refused("-- Parameters: $1 id.\nselect id from tenant where id = $1", "promise");
    }

    /// Protects against the silent exchange of two values on SQLite.
    #[test]
    fn parameters_out_of_order_are_refused() {
        refused(
            "-- Finds it.\n-- Parameters: $1 id, $2 slug.\nselect id from tenant where slug = $2 and id = $1",
            "order",
        );
        refused(
            "-- Finds it.\n-- Parameters: $1 id, $3 slug.\nselect id from tenant where slug = $1 and id = $3",
            "order",
        );
    }

    #[test]
    fn a_parameter_in_a_literal_or_comment_does_not_count() {
        let text = "-- Finds it, at a price of $2.\n-- Parameters: $1 id.\n\
            select '$7', \"$8\", $tag$ $9; $tag$ /* $5 */ from tenant where id = $1 -- $3";
        assert_eq!(problems(&[("tenant_find_by_id.sql", text)]), [""; 0]);
    }

    #[test]
    fn the_list_of_parameters_must_be_the_statements() {
        refused("-- Finds it.\nselect id from tenant where id = $1", "Parameters");
        refused(
            "-- Finds it.\n-- Parameters: $1 id, $2 slug.\nselect id from tenant where id = $1",
            "Parameters",
        );
        refused("-- Finds it.\n-- Parameters: $1.\nselect id from tenant where id = $1", "name");
    }

    #[test]
    fn two_statements_or_a_semicolon_at_the_end_are_refused() {
        refused("-- Lists.\nselect id from tenant;", "semicolon");
        refused("-- Lists.\nselect id from tenant; select id from person", "one statement");
    }

    #[test]
    fn a_statement_without_rows_is_refused() {
        refused("-- Forgets.\ndelete from tenant", "returns no rows");
        let inner = "-- Moves.\nwith gone as (delete from tenant returning id) insert into old (id) select id from gone";
        refused(inner, "returns no rows");
        assert_eq!(problems(&[("tenant_move.sql", &format!("{inner} returning id"))]), [""; 0]);
    }

    #[test]
    fn upper_case_is_refused_outside_of_literals() {
        refused("-- Lists.\nSELECT id from tenant", "lower case");
        assert_eq!(problems(&[("tenant_list.sql", "-- Lists.\nselect 'Ada' as name from tenant")]), [""; 0]);
    }

    #[test]
    fn a_dialect_needs_its_twin_with_the_same_parameters() {
        let both = [("tenant_insert.sqlite.sql", GOOD), ("tenant_insert.postgres.sql", GOOD)];
        assert_eq!(problems(&both), [""; 0]);
        assert!(problems(&both[..1])[0].contains("twin"));
        assert!(problems(&[both[0], ("tenant_insert.sql", GOOD)])[0].contains("exclude"));
        let renamed = GOOD.replace("$2 slug", "$2 name");
        assert!(problems(&[both[0], ("tenant_insert.postgres.sql", &renamed)])[0].contains("differ"));
    }
}
