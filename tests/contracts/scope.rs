//! No statement touches the rows of tenants without saying of which tenant. The tables are those of the data map, the
//! statements those of every component.

use std::path::{Path, PathBuf};

use insula_domain::data_map::TABLES;
use insula_tests::support::repository;

/// Statements that serve all tenants, and why they may.
const OF_ALL: &[(&str, &str)] = &[
    ("api_key_purge.sql", "what ended long ago is removed by the tick, whatever tenant it is of"),
    ("api_key_get_by_import.sql", "a key of another system belongs to one tenant, whichever that is"),
    ("api_key_miss_unproven.sql", "whoever takes an account over is rid of its keys, in every tenant"),
    ("api_key_revoke_unproven.sql", "whoever takes an account over is rid of its keys, in every tenant"),
    ("api_key_revoke_by_credential.sql", "who finds a leaked key doesn't know whose it is"),
    ("invitation_purge.sql", "what is over is removed by the tick, whatever tenant it is of"),
];

/// The statements of a folder, whatever folder of it they are in.
fn statements(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            statements(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
}

/// The words of a statement, without its comments.
fn words(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    code.split(|character| !word(character)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether it reads from the table or changes it.
fn touches(words: &[String], table: &str) -> bool {
    let verbs = ["from", "join", "into", "update"];
    words.windows(2).any(|pair| verbs.contains(&pair[0].as_str()) && pair[1] == table)
}

#[test]
fn every_statement_on_rows_of_tenants_names_the_tenant() {
    let owned = TABLES.iter().filter(|table| table.columns.iter().any(|(name, _)| *name == "tenant_id"));
    // Sessions and their tokens are a person's, and act in a tenant.
    let owned: Vec<&str> =
        owned.filter(|table| table.subject != Some("session_id")).map(|table| table.name).collect();
    let mut files = Vec::new();
    for component in std::fs::read_dir(repository().join("components")).unwrap() {
        let folder = component.unwrap().path().join("sql");
        if folder.is_dir() && !folder.ends_with("sql/sql") {
            statements(&folder, &mut files);
        }
    }
    let mut checked = 0;
    let mut excused = Vec::new();
    for file in files {
        let words = words(&std::fs::read_to_string(&file).unwrap());
        if !owned.iter().any(|table| *table != "session" && touches(&words, table)) {
            continue;
        }
        checked += 1;
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_scoped = words.iter().any(|word| word == "tenant_id");
        match OF_ALL.iter().find(|(of_all, _)| *of_all == name) {
            Some((of_all, _)) => {
                assert!(!is_scoped, "{name} names the tenant and needs no excuse");
                excused.push(*of_all);
            }
            None => assert!(is_scoped, "{} touches rows of tenants without `tenant_id`", file.display()),
        }
    }
    assert!(checked >= 20, "only {checked} statements were found");
    assert_eq!(excused.len(), OF_ALL.len(), "an excuse is for no statement: {OF_ALL:?}");
}

#[test]
fn a_statement_without_a_tenant_would_be_found() {
    let of = |text: &str| words(text);
    assert!(touches(&of("select id from report where id = $1"), "report"));
    assert!(touches(&of("update  report set x = 1"), "report"));
    assert!(!touches(&of("-- from report\nselect id from reports"), "report"));
    assert!(!of("-- tenant_id\nselect id from report").contains(&"tenant_id".to_owned()));
}
