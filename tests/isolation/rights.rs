//! What the role that serves may do with each table: what a statement of a component does, and nothing else. Protects all
//! that is stored from a statement that somebody smuggles in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use insula_tests::support::{App, files, only_on_postgresql, repository};

use super::RUNTIME;

const RIGHTS: [&str; 3] = ["insert", "update", "delete"];

/// What is allowed beyond the statements, with the reason.
const MORE: [(&str, &[&str], &str); 3] = [
    ("bucket", &["insert", "update"], "a release before the guard's own role writes it until it is stopped"),
    (
        "known_network",
        &["insert", "update"],
        "a release before devices were known writes it until it is stopped",
    ),
    ("product_intent", &["insert"], "insula_intend acts as who calls it"),
];

/// Tables that no row-level security binds, each with the reason. Every other table is bound, its owner too.
const UNBOUND: [(&str, &str); 14] = [
    ("audit_pause", "keyed digests and times; noted in any scope"),
    ("endpoint_limit", "of the platform; every admission reads it"),
    ("guess", "keyed digests and times; counted before anybody is known"),
    ("idempotency", "found by a keyed digest of caller and key, and sealed; claimed in any scope"),
    ("known_network", "keyed digests; nothing reads it any more"),
    ("mail", "sealed; sent from any scope, read by the tick"),
    ("mailbox", "sealed; the operator's, in development"),
    ("metric", "of the platform"),
    ("plan", "of the platform"),
    ("plan_quota", "of the platform"),
    ("schema_migration", "of the platform"),
    ("subject_key", "sealed for its person; every log that tells of a person needs it"),
    ("tenant_step", "of the platform"),
    ("tick_cursor", "of the platform"),
];

/// Every statement of the components, without its comments. What is for SQLite alone needs no right here.
fn statements() -> Vec<String> {
    let everywhere = files(&repository().join("components"), "sql").into_iter();
    let here = everywhere.filter(|path| path.parent().is_none_or(|folder| !folder.ends_with("sqlite")));
    let statement = |path: PathBuf| {
        let text = std::fs::read_to_string(path).expect("a statement");
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        lines.join(" ")
    };
    here.map(statement).collect()
}

/// What the statements do with which tables.
fn done() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut done: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for statement in statements() {
        let words: Vec<&str> = statement.split_whitespace().collect();
        for at in 0..words.len() {
            let (table, right) = match words[at..] {
                ["insert", "into", table, ..] => (table, "insert"),
                ["delete", "from", table, ..] => (table, "delete"),
                ["update", table, ..] if at == 0 || !["do", "for", "key"].contains(&words[at - 1]) => {
                    (table, "update")
                }
                _ => continue,
            };
            let rights = done.entry(table.trim_end_matches('(').to_owned()).or_default();
            rights.insert(right);
            if right == "insert" && words[at..].windows(2).any(|pair| pair == ["do", "update"]) {
                rights.insert("update");
            }
        }
    }
    done
}

#[test]
fn who_serves_may_do_what_a_statement_does_and_nothing_else_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let mut done = done();
    for (table, rights, _) in MORE {
        done.entry(table.to_owned()).or_default().extend(rights);
    }
    let tables = app.db().tables();
    for table in tables.keys() {
        for right in RIGHTS {
            let may = format!("select has_any_column_privilege('{RUNTIME}', '{table}', 'update')::int");
            let whole = format!("select has_table_privilege('{RUNTIME}', '{table}', '{right}')::int");
            let may = app.db().number(if right == "update" { &may } else { &whole }) == 1;
            let does = done.get(table).is_some_and(|rights| rights.contains(right));
            assert_eq!(may, does, "{right} on {table}");
        }
    }
    assert!(done.keys().filter(|table| tables.contains_key(*table)).count() >= 34, "{done:?}");
}

/// Protects every log from whoever gets a statement in: who writes where one ends, ends it for all.
#[test]
fn nobody_who_serves_writes_where_a_log_ends_or_appends_past_the_function_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    for scope in ["system", "operator", &ada.tenant_id, &ada.user_id] {
        for attack in [
            "update audit_head set size = size + 1, link = 'x' where tenant_id = 'platform' returning 1",
            "insert into audit_head values ('x', 0, 'x') returning 1",
            "insert into audit_entry select * from audit_entry limit 1 returning 1",
        ] {
            let told = super::as_runtime(&app, Some(scope), &[attack]).expect_err(attack);
            assert!(told.contains("permission denied"), "{attack}: {told}");
        }
    }
}

#[test]
fn every_table_is_bound_by_row_level_security_but_those_with_a_reason_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    for table in app.db().tables().keys() {
        let bound = format!(
            "select (relrowsecurity and relforcerowsecurity)::int from pg_class where oid = '{table}'::regclass"
        );
        let reason = UNBOUND.iter().find(|(name, _)| name == table);
        assert_eq!(app.db().number(&bound) == 1, reason.is_none(), "{table}");
    }
    assert!(UNBOUND.iter().all(|(table, _)| app.db().tables().contains_key(*table)));
}

/// Protects people's and the platform's secrets from whoever gets a tenant's scope.
#[test]
fn secrets_of_people_and_of_the_platform_are_there_in_no_tenants_scope_nor_another_persons_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _ = ada.enrol(&app);
    let asked =
        app.request("POST", "/api/v1/auth/password/forgot").json(&serde_json::json!({ "email": ada.email }));
    let _ = asked.send().expect(202);
    let _ = app.code("password-reset", &ada.email);
    app.db().execute(&format!(
        "insert into earlier_account_token (user_id, purpose, digest, expires_at_ms) values ('{}', 'reset_password', 'x', 0)",
        ada.user_id
    ));
    for (table, of_person) in [
        ("account_token", true),
        ("earlier_account_token", true),
        ("recovery_code", true),
        ("refresh_token", true),
        ("signing_key", false),
    ] {
        let count = format!("select count(*) from {table}");
        let seen = |scope: Option<&str>| super::as_runtime(&app, scope, &[&count]).expect("a count");
        assert_eq!(seen(Some("system")), app.db().number(&count).to_string(), "{table}");
        assert_ne!(seen(Some("system")), "0", "{table}");
        assert_eq!(seen(None), "0", "{table}");
        assert_eq!(seen(Some(&ada.tenant_id)), "0", "{table}");
        assert_eq!(seen(Some(&ada.user_id)) != "0", of_person, "{table}");
        // Of all that there is each sees its own, and changes nobody else's.
        let (all, none): (i64, i64) = (app.db().number(&count), 0);
        let of = |scope: &str| seen(Some(scope)).parse::<i64>().expect("a number");
        assert_eq!(of(&ada.user_id) + of(&bob.user_id), if of_person { all } else { none }, "{table}");
        let gone = super::as_runtime(&app, Some(&bob.user_id), &[&format!("delete from {table}"), &count]);
        if let Ok(left) = gone {
            assert_eq!(left, "0", "{table}");
            let kept = [
                &*format!("delete from {table}"),
                "select set_config('insula.scope', 'system', true)",
                &count,
            ];
            let kept: i64 = super::as_runtime(&app, Some(&bob.user_id), &kept).unwrap().parse().unwrap();
            assert_eq!(kept, all - of(&bob.user_id), "{table}");
        }
    }
}
