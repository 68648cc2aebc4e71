//! No statement touches the rows of tenants without saying of which tenant. The tables are those of the data map, the
//! statements those of every component.

use std::path::PathBuf;

use insula_domain::data_map::TABLES;
use insula_tests::support::{files, repository};

/// Statements that serve all tenants, and why they may.
const OF_ALL: &[(&str, &str)] = &[
    ("api_key_purge.sql", "what ended long ago is removed by the tick, whatever tenant it is of"),
    ("api_key_get_by_import.sql", "a key of another system belongs to one tenant, whichever that is"),
    ("api_key_miss_unproven.sql", "whoever takes an account over is rid of its keys, in every tenant"),
    ("api_key_revoke_unproven.sql", "whoever takes an account over is rid of its keys, in every tenant"),
    ("api_key_revoke_by_credential.sql", "who finds a leaked key doesn't know whose it is"),
    ("invitation_purge.sql", "what is over is removed by the tick, whatever tenant it is of"),
    ("tenant_database_list_behind.sql", "the schemas of all tenants' databases are brought up to date"),
    ("tenant_database_count_behind.sql", "the schemas of all tenants' databases are brought up to date"),
    (
        "tenant_database_list_left.sql",
        "databases that were left are cleared by the tick, whatever tenant they are of",
    ),
    (
        "tenant_database_list_stale.sql",
        "what waits for a database is brought there by the tick, whatever tenant it is of",
    ),
    ("tenant_key_list_wrapped.sql", "all keys are wrapped anew under another master key"),
    ("wrapped_count.sql", "all keys are wrapped anew under another master key"),
    (
        "membership_lock_by_user.sql",
        "a person is in several tenants, and the statement is in the person's scope",
    ),
    (
        "membership_list_by_user.sql",
        "a person is in several tenants, and the statement is in the person's scope",
    ),
    ("tenant_list_by_user.sql", "a person is in several tenants, and the statement is in the person's scope"),
    ("api_key_list_unproven.sql", "whoever takes an account over is rid of its keys, in every tenant"),
    ("kit/sql/api_key_get_by_credential.sql", "whose key it is, is what is asked"),
    ("access/sql/caller_get_by_key.sql", "whose key it is, is what is asked"),
    ("access/sql/caller_get_by_token.sql", "whose token it is, is what is asked"),
    ("sqlite/admitted_call_insert.sql", "the tenant is the column `counts_for` of the call"),
    ("sqlite/limited_call_2_insert.sql", "the tenant is the column `counts_for` of the call"),
    (
        "auth/sql/access_token_delete_barred.sql",
        "a person is in several tenants, and the statement is in the person's scope",
    ),
    (
        "auth/sql/session_leave_barred.sql",
        "a person is in several tenants, and the statement is in the person's scope",
    ),
    ("auth/sql/user_account_get_by_email.sql", "who logs in is in several tenants"),
    ("auth/sql/refresh_token_get.sql", "whose token it is, is what is asked"),
    ("kit/sql/access_token_get.sql", "whose token it is, is what is asked"),
    ("auth/sql/invitation_get.sql", "who is invited doesn't know the tenant, but the secret"),
    ("auth/sql/invitation_use.sql", "who is invited doesn't know the tenant, but the secret"),
    ("keys/sql/api_key_get_by_credential.sql", "whose key it is, is what is asked"),
    ("gdpr/sql/audit_entry_get_place.sql", "the tenant is the first value of the recursion"),
    ("gdpr/sql/audit_head_list_due.sql", "all logs are signed by schedule"),
    (
        "ops/sql/tenant_database_list_due.sql",
        "what waits is brought there by the tick, whatever tenant it is of",
    ),
    ("ops/sql/tenant_get_ending.sql", "the next tenant on its way out, whichever that is"),
    ("ops/sql/tenant_set_deleted.sql", "the tenant is the row that is changed"),
    ("tenant_count_seen.sql", "counts what a scope shows, to find out whether any of it is another's"),
    ("report_count_seen.sql", "counts what a scope shows, to find out whether any of it is another's"),
];

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

/// The statements of all components.
fn all_statements() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for component in std::fs::read_dir(repository().join("components")).unwrap() {
        let folder = component.unwrap().path().join("sql");
        if folder.is_dir() && !folder.ends_with("sql/sql") {
            found.extend(files(&folder, "sql"));
        }
    }
    found
}

/// Whether it picks or makes rows of one tenant: `tenant_id = $1`, what hangs on `tenant t` where `t.id = $1`, or a row with one.
fn is_by_tenant(words: &[String], text: &str) -> bool {
    let code: String = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    let makes = words.windows(2).any(|pair| pair[0] == "insert" && pair[1] == "into");
    code.contains("tenant_id=$")
        || code.contains("t.id=$")
        || makes && (code.contains("(tenant_id,") || code.contains(",tenant_id,"))
}

#[test]
fn every_statement_on_rows_of_tenants_names_the_tenant() {
    let owned = TABLES.iter().filter(|table| table.columns.iter().any(|(name, _)| *name == "tenant_id"));
    // Sessions and their tokens are a person's, and act in a tenant.
    let owned: Vec<&str> =
        owned.filter(|table| table.subject != Some("session_id")).map(|table| table.name).collect();
    let mut checked = 0;
    let mut excused = Vec::new();
    for file in all_statements() {
        let text = std::fs::read_to_string(&file).unwrap();
        let words = words(&text);
        if !owned.iter().any(|table| *table != "session" && touches(&words, table)) {
            continue;
        }
        checked += 1;
        let is_scoped = is_by_tenant(&words, &text);
        match OF_ALL.iter().find(|(of_all, _)| file.ends_with(of_all)) {
            Some((of_all, _)) => {
                assert!(!is_scoped, "{of_all} is of one tenant and needs no excuse");
                excused.push(*of_all);
            }
            None => assert!(is_scoped, "{} touches rows of tenants and not those of one", file.display()),
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
    let by_tenant = |text: &str| is_by_tenant(&of(text), text);
    assert!(by_tenant("select id from report where tenant_id = $1"));
    assert!(by_tenant("insert into report (id, tenant_id, x) values ($1, $2, $3)"));
    assert!(!by_tenant("-- tenant_id = $1\nselect id from report"));
    assert!(!by_tenant("select id, tenant_id, name from report"));
    assert!(!by_tenant("select r.id from report r join usage_counter u on u.tenant_id = r.tenant_id"));
}

/// What a tenant's scope refuses at run time it finds by this spelling (`components/sql/src/foreign.rs`).
#[test]
fn a_tenant_is_asked_for_in_one_spelling() {
    let mut asked = 0;
    for file in all_statements() {
        let text = std::fs::read_to_string(&file).unwrap();
        let dense: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let spelt = text.matches("tenant_id = $").count();
        assert_eq!(dense.matches("tenant_id=$").count(), spelt, "{}", file.display());
        // Who asks for the system may leave the tenant open by `coalesce`.
        for other in ["$1=tenant_id", "tenant_idin($", "tenant_id=any($", "tenant_id=cast($"] {
            assert!(!dense.contains(other), "{other} in {}", file.display());
        }
        asked += spelt;
    }
    assert!(asked >= 100, "only {asked}");
}

/// The seam of SQL and nothing else says for whom a statement acts, and as whom.
#[test]
fn no_component_sets_a_scope_or_a_role() {
    let mut all = all_statements();
    all.extend(sources());
    assert!(all.len() > 400, "only {} files", all.len());
    for file in all {
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // The column of that name is another thing.
        let text = text.replace("set role = role", "").replace("set role = $1", "");
        for word in ["insula.scope", "set_config", "set role", "set local role", "session authorization"] {
            assert!(!text.contains(word), "{} in {}", word, file.display());
        }
    }
}

/// Private keys reach the component that signs, and no other one asks for them.
#[test]
fn only_auth_names_the_table_of_signing_keys() {
    let naming = all_statements().into_iter().filter(|file| {
        words(&std::fs::read_to_string(file).unwrap()).iter().any(|word| word == "signing_key")
    });
    let naming: Vec<_> = naming.collect();
    assert!(naming.len() >= 5, "only {naming:?}");
    for file in naming {
        assert!(file.starts_with(repository().join("components/auth")), "{}", file.display());
    }
}

/// Nor does it by a text in its own code; a test of the fault is in none.
#[test]
fn no_code_but_auths_has_a_statement_about_signing_keys() {
    let all = sources();
    assert!(all.len() > 300, "only {} files", all.len());
    for file in all {
        if file.starts_with(repository().join("components/auth")) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        let words: Vec<&str> =
            text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        let verbs = ["from", "into", "update", "join"];
        let states = |pair: &[&str]| verbs.contains(&pair[0]) && pair[1] == "signing_key";
        assert!(!words.windows(2).any(states), "{}", file.display());
    }
}

/// Protects every scope: who opened a connection of its own would say for itself whom it acts for.
#[test]
fn only_the_seam_of_sql_opens_a_database() {
    let mut opening = 0;
    for file in sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        let names = ["spin_sdk::sqlite", "spin_sdk::pg", "spin_sdk::{", "Connection::open"];
        if names.iter().any(|name| text.contains(name)) {
            // A Redis holds buckets alone.
            let rooms = ["components/sql", "components/access/src/store/redis"];
            let is_known = rooms.iter().any(|room| file.starts_with(repository().join(room)));
            assert!(is_known, "{}", file.display());
            opening += 1;
        }
    }
    assert!(opening >= 2, "only {opening} files of the seam do");
}

/// The sources of all components, their tests as well.
fn sources() -> Vec<PathBuf> {
    files(&repository().join("components"), "rs")
}
