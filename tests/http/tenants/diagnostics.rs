//! `GET /api/v1/tenants/{tenant_id}/diagnostics`

use std::time::Duration;

use insula_tests::journeys::{Backing, Cluster, Server};
use insula_tests::support::{App, Caller, Database, Form, Person, only_on_postgresql};
use serde_json::{Value, json};

use super::super::gdpr::tamper;
use super::super::quality::file;

const NOTHING: &str = "sees_nothing";
const WRONG: &str = "sees_wrong_data";
const SLOW: &str = "is_slow";

fn diagnose(caller: &Caller<'_>, tenant_id: &str, query: &str) -> Value {
    caller.get(&format!("/api/v1/tenants/{tenant_id}/diagnostics{query}")).send().expect(200).json()
}

fn check(diagnosis: &Value, complaint: &str, name: &str) -> Value {
    let checks = diagnosis[complaint].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {diagnosis}")).clone()
}

/// What a check of the tenant's owner found out, and what to do about it.
fn told(owner: &Person<'_>, complaint: &str, name: &str) -> (String, String) {
    let check = check(&diagnose(owner, &owner.tenant_id, ""), complaint, name);
    (check["outcome"].as_str().unwrap().to_owned(), check["remedy"].as_str().unwrap_or_default().to_owned())
}

fn problems(diagnosis: &Value) -> Vec<&str> {
    let checks = [NOTHING, WRONG, SLOW].iter().flat_map(|complaint| diagnosis[complaint].as_array().unwrap());
    checks
        .filter(|check| check["outcome"] == "problem")
        .map(|check| check["check"].as_str().unwrap())
        .collect()
}

fn analyze(owner: &Person<'_>) {
    let _ = owner.request("POST", "/api/v1/analyze").form(&Form::file(file(3))).send().expect(201);
}

fn is_on_postgresql(app: &App) -> bool {
    matches!(app.db(), Database::Postgres(_))
}

#[test]
fn a_tenant_that_works_has_no_problem_and_every_check_tells_what_it_found() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _key = ada.key(&["read"]);
    analyze(&ada);
    analyze(&bob);
    analyze(&bob);

    let diagnosis = diagnose(&ada, &ada.tenant_id, "");

    assert_eq!(problems(&diagnosis), Vec::<&str>::new(), "{diagnosis}");
    let rows = check(&diagnosis, NOTHING, "rows");
    assert_eq!((&rows["found"]["report"], &rows["found"]["api_key"]), (&json!(1), &json!(1)), "{rows}");
    let caller = check(&diagnosis, NOTHING, "caller");
    assert_eq!(
        (&caller["found"]["role"], &caller["found"]["may_view_reports"]),
        (&json!("owner"), &json!(1))
    );
    let statements = check(&diagnosis, SLOW, "statements");
    for operation in ["list_reports", "get_usage", "list_api_keys", "list_members", "list_audit_log"] {
        assert!(statements["found"][format!("{operation}_us")].as_i64().unwrap() >= 0, "{statements}");
    }
    let security = check(&diagnosis, WRONG, "row_level_security");
    let tables = &security["found"]["tables"];
    assert!(tables.as_i64().unwrap() >= 9, "{security}");
    let scope = check(&diagnosis, WRONG, "scope");
    if is_on_postgresql(&app) {
        for holds in ["on", "forced", "with_a_policy"] {
            assert_eq!(&security["found"][holds], tables, "{security}");
        }
        assert_eq!(scope["found"]["rows_of_others"], 0);
        assert_eq!(scope["found"]["rows_seen"], scope["found"]["rows_of_the_tenant"]);
        assert_eq!(check(&diagnosis, WRONG, "role")["found"]["role"], "insula_runtime");
    } else {
        for unknown in [&security, &scope] {
            assert_eq!(unknown["outcome"], "unknown");
            assert!(unknown["remedy"].as_str().unwrap().contains("SQLite"), "{unknown}");
        }
    }
}

#[test]
fn a_tenant_without_rows_without_a_working_key_or_with_a_used_up_quota_is_told_so() {
    let app = App::start();
    let ada = app.person("ada");
    let outcome = |name: &str| told(&ada, NOTHING, name).0;
    assert_eq!(
        (outcome("rows"), outcome("keys"), outcome("quota")),
        ("problem".into(), "ok".into(), "ok".into())
    );
    analyze(&ada);
    let _ = ada.key(&["read"]);
    assert_eq!((outcome("rows"), outcome("keys")), ("ok".into(), "ok".into()));

    app.db().execute("update api_key set revoked_at_ms = 1");
    app.db().execute("update usage_counter set used = 10000 where metric = 'rows_analyzed'");
    let diagnosis = diagnose(&ada, &ada.tenant_id, "");
    assert_eq!(problems(&diagnosis), ["keys", "quota"], "{diagnosis}");
    let keys = check(&diagnosis, NOTHING, "keys");
    assert_eq!((&keys["found"]["revoked"], &keys["found"]["working"]), (&json!(1), &json!(0)));
    let quota = check(&diagnosis, NOTHING, "quota");
    assert_eq!(
        (&quota["found"]["rows_analyzed"], &quota["found"]["rows_analyzed_quota"]),
        (&json!(10000), &json!(10000))
    );
}

#[test]
fn a_suspended_tenant_is_told_how_it_comes_back_and_by_whom() {
    let app = App::start();
    let ada = app.person("ada");
    let suspend = format!("/api/v1/tenants/{}/suspend", ada.tenant_id);
    let _ = ada.post(&suspend, &json!({ "reason": "x" })).send().expect(200);
    let (outcome, remedy) = told(&ada, NOTHING, "tenant_state");
    assert!(outcome == "problem" && remedy.contains("/activate"), "{remedy}");
    let _ = app.operator().post(&suspend, &json!({ "reason": "x" })).send().expect(200);
    assert!(told(&ada, NOTHING, "tenant_state").1.contains("ask the operator"));
}

#[test]
fn a_key_or_a_member_is_looked_at_when_it_is_named() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let made = |body: Value| {
        ada.post("/api/v1/api-keys", &body).send().expect(201).json()["id"].as_str().unwrap().to_owned()
    };
    let reading = made(json!({ "name": "x", "scopes": ["read"] }));
    let blind = made(json!({ "name": "x", "scopes": ["analyze"] }));
    let bound = made(json!({ "name": "x", "scopes": ["read"], "allowed_networks": ["192.0.2.0/24"] }));
    let short = made(json!({ "name": "x", "scopes": ["read"], "expires_in_days": 1 }));
    let look = |caller: &Caller<'_>, subject: &str| {
        check(&diagnose(caller, &ada.tenant_id, &format!("?subject={subject}")), NOTHING, "caller")
    };
    assert_eq!(look(&ada, &viewer.user_id)["found"]["role"], "viewer");
    assert_eq!(look(&ada, &reading)["outcome"], "ok");
    assert!(look(&ada, &blind)["remedy"].as_str().unwrap().contains("scope `read`"));
    let elsewhere = look(&ada, &bound);
    assert_eq!(
        (&elsewhere["outcome"], &elsewhere["found"]["covers_your_address"]),
        (&json!("problem"), &json!(0))
    );
    let operator = app.operator();
    app.advance(Duration::from_secs(86_400));
    assert!(look(&operator, &short)["remedy"].as_str().unwrap().contains("expired"));
    assert_eq!(check(&diagnose(&operator, &ada.tenant_id, ""), NOTHING, "caller")["outcome"], "unknown");
}

/// Protects tenants from each other: who is asked about is told from nobody.
#[test]
fn what_is_another_tenants_is_a_stranger_as_what_does_not_exist() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let body = json!({ "name": "x", "scopes": ["read"] });
    let foreign = bob.post("/api/v1/api-keys", &body).send().expect(201).json();
    let look = |subject: &str| {
        check(&diagnose(&ada, &ada.tenant_id, &format!("?subject={subject}")), NOTHING, "caller")
    };
    let absent = look("key_01h455vb4pex5vsknk084sn02q");
    assert_eq!(absent["outcome"], "problem");
    for subject in [foreign["id"].as_str().unwrap(), &bob.user_id, "nonsense", "", "%27%3B--"] {
        assert_eq!(look(subject), absent, "{subject}");
    }
    let path = format!("/api/v1/tenants/{}/diagnostics", ada.tenant_id);
    bob.get(&path).send().problem(404, "not-found");
    app.member(&ada, "admin").get(&path).send().problem(403, "forbidden");
    ada.key(&["admin"]).get(&path).send().problem(403, "forbidden");
}

#[test]
fn members_that_lack_a_demanded_second_factor_are_found() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = app.member(&ada, "viewer");
    let _device = ada.enrol(&app);
    assert_eq!(told(&ada, NOTHING, "second_factor").0, "ok");
    app.db().execute("update tenant set second_factor_required = 1");
    let check = check(&diagnose(&ada, &ada.tenant_id, ""), NOTHING, "second_factor");
    assert_eq!((&check["outcome"], &check["found"]["members_without_one"]), (&json!("problem"), &json!(1)));
}

#[test]
fn who_calls_too_fast_is_found() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);
    while key.get("/api/v1/usage").send().status == 200 {}
    let check = check(&diagnose(&ada, &ada.tenant_id, ""), NOTHING, "rate_limits");
    if check["outcome"] == "unknown" {
        assert_eq!(check["found"]["callers"], 0, "the buckets are elsewhere: {check}");
        return;
    }
    assert_eq!(
        (&check["outcome"], &check["found"]["with_nothing_left"]),
        (&json!("problem"), &json!(1)),
        "{check}"
    );
}

#[test]
fn a_key_of_somebody_who_was_removed_is_no_key_of_nobody() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let _ = admin.key(&["read"]);
    let path = format!("/api/v1/tenants/{}/members/{}", ada.tenant_id, admin.user_id);
    let _ = ada.request("DELETE", &path).send().expect(204);
    let keys = format!("select count(*) from api_key where created_by = '{}'", admin.user_id);
    assert_eq!(app.db().number(&keys), 1);
    let check = check(&diagnose(&ada, &ada.tenant_id, ""), WRONG, "references");
    assert_eq!((&check["outcome"], &check["found"]["keys_of_nobody"]), (&json!("ok"), &json!(0)));
}

#[test]
fn a_limit_of_no_key_is_found() {
    let app = App::start();
    let ada = app.person("ada");
    assert_eq!(told(&ada, WRONG, "references").0, "ok");
    app.db().execute(&format!(
        "insert into tenant_limit (tenant_id, subject, operator_calls, operator_window_ms, operator_burst, version)
         values ('{}', 'key_01h455vb4pex5vsknk084sn02q', 1, 1000, 1, 1)",
        ada.tenant_id
    ));
    let check = check(&diagnose(&ada, &ada.tenant_id, ""), WRONG, "references");
    assert_eq!((&check["outcome"], &check["found"]["limits_of_no_key"]), (&json!("problem"), &json!(1)));
}

/// Protects every tenant: what the database doesn't enforce any more must not go unnoticed.
#[test]
fn a_table_that_was_unbound_and_what_it_then_shows_are_found_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob, eve) = (app.person("ada"), app.person("bob"), app.person("eve"));
    for person in [&ada, &bob] {
        let path = format!("/api/v1/tenants/{}", person.tenant_id);
        let _ = person.request("PATCH", &path).json(&json!({ "isolation": "shared" })).send().expect(200);
        analyze(person);
    }
    let of_eve = app.db().product_of(&eve.tenant_id, "report");
    app.db().execute(&format!("alter table {of_eve} no force row level security"));
    assert_eq!(told(&eve, WRONG, "row_level_security").0, "problem");
    assert_eq!(told(&ada, WRONG, "row_level_security").0, "ok", "hers is another table");
    for (statement, undo) in [
        ("alter table report disable row level security", "alter table report enable row level security"),
        ("alter table report no force row level security", "alter table report force row level security"),
        ("drop policy of_scope on report", "select insula_isolate('report', 'tenant_id = insula_scope()')"),
    ] {
        app.db().execute(statement);
        let diagnosis = diagnose(&ada, &ada.tenant_id, "");
        let security = check(&diagnosis, WRONG, "row_level_security");
        assert_eq!(
            (&security["outcome"], &security["found"]["report"]),
            (&json!("problem"), &json!("not bound")),
            "{statement}"
        );
        // The owner serves no batch, and without a policy nobody sees anything: only this one shows what it shouldn't.
        if statement.contains("disable") {
            let scope = check(&diagnosis, WRONG, "scope");
            assert_eq!(
                (&scope["outcome"], &scope["found"]["rows_of_others"]),
                (&json!("problem"), &json!(1))
            );
        }
        app.db().execute(undo);
    }
    assert_eq!(told(&ada, WRONG, "row_level_security").0, "ok");
}

#[test]
fn an_index_that_is_gone_from_a_large_table_is_found() {
    let app = App::start();
    let ada = app.person("ada");
    analyze(&ada);
    let numbers = if is_on_postgresql(&app) {
        "select n from generate_series(1, 12000) as n"
    } else {
        "with recursive c(n) as (select 1 union all select n + 1 from c where n < 12000) select n from c"
    };
    let table = app.db().product_of(&ada.tenant_id, "report");
    app.db().execute(&format!(
        "insert into {table} (id, tenant_id, created_by, row_count, column_count, score, body, created_at_ms)
         select 'rep_' || n.n, '{}', 'x', 1, 1, 1, '{{}}', 0 from ({numbers}) n",
        ada.tenant_id
    ));
    app.db().execute(&format!("analyze {table}"));
    let name = if is_on_postgresql(&app) { "report_pkey" } else { "report_by_tenant" };
    let index = |diagnosis: &Value| check(diagnosis, SLOW, "indexes")["found"]["list_reports"].clone();
    let before = diagnose(&ada, &ada.tenant_id, "");
    assert_eq!(
        (index(&before), check(&before, SLOW, "indexes")["outcome"].clone()),
        (json!(name), json!("ok"))
    );
    assert_eq!(check(&before, SLOW, "rows")["found"]["report"], 12_001);

    app.db().execute(&if is_on_postgresql(&app) {
        format!("alter table {table} drop constraint {name}")
    } else {
        format!("drop index {name}")
    });
    let after = diagnose(&ada, &ada.tenant_id, "");
    assert_eq!(
        (index(&after), check(&after, SLOW, "indexes")["outcome"].clone()),
        (json!("none"), json!("problem")),
        "{after}"
    );
}

#[test]
fn where_the_slowest_statements_are_not_known_it_says_how_they_would_be() {
    let app = App::start();
    let ada = app.person("ada");
    let (outcome, remedy) = told(&ada, SLOW, "slowest_statements");
    assert_eq!(outcome, "unknown");
    let word = if is_on_postgresql(&app) { "pg_stat_statements" } else { "SQLite" };
    assert!(remedy.contains(word), "{remedy}");
}

#[test]
fn figures_that_the_server_does_not_keep_though_it_could_are_told_to_the_operator_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    app.db().execute("create extension pg_stat_statements");
    assert!(told(&ada, SLOW, "slowest_statements").1.contains("the operator sees them"));
    let check = check(&diagnose(&app.operator(), &ada.tenant_id, ""), SLOW, "slowest_statements");
    assert!(check["remedy"].as_str().unwrap().contains("not loaded"), "{check}");
}

/// They are of all tenants, so a tenant doesn't see them.
#[test]
fn the_slowest_statements_are_told_to_the_operator_where_the_server_keeps_them_on_postgresql() {
    only_on_postgresql();
    let cluster = Cluster::with_figures();
    let address = cluster.address("127.0.0.1", "disable");
    Database::Postgres(address.clone()).execute("create extension pg_stat_statements");
    let server = Server::embedded_with(Backing::sqlite(), |command| {
        command.args(["--database-url", &address]);
    });
    let client = server.client();
    let body = json!({ "email": "ada@example.com", "password": "correct horse battery staple", "tenant_name": "Acme" });
    let made = client.post_json("/api/v1/auth/register", &body).send().expect(201).json();
    let tenant_id = made["tenant"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tenants/{tenant_id}/diagnostics");
    let operator = client.bearing(server.operator_key());
    for _ in 0..6 {
        let _ = operator.get(&path).send().expect(200);
    }

    let check = check(&operator.get(&path).send().expect(200).json(), SLOW, "slowest_statements");

    let found = check["found"].as_object().unwrap();
    assert!((1..=5).contains(&found.len()) && check["outcome"] != "unknown", "{check}");
    assert!(found.keys().any(|text| text.contains("select")), "{check}");
    assert!(!check.to_string().contains(&tenant_id), "statements come without values: {check}");
}

/// Protects a tenant from a policy that shows less than it should.
#[test]
fn rows_that_a_policy_hides_are_found_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    for person in [&ada, &bob] {
        let _ = person.key(&["read"]);
    }
    let rule = "(tenant_id = insula_scope() or created_by = insula_scope())";
    let policy = |more: &str| {
        app.db().execute("drop policy of_scope on api_key");
        app.db().execute(&format!("select insula_isolate('api_key', $r${rule}{more}$r$)"));
    };
    policy(&format!(" and tenant_id <> '{}'", ada.tenant_id));
    let scope = check(&diagnose(&ada, &ada.tenant_id, ""), WRONG, "scope");
    let found = &scope["found"];
    assert_eq!(
        (&scope["outcome"], &found["rows_hidden"], &found["api_key"]),
        (&json!("problem"), &json!(1), &json!(-1))
    );
    assert_eq!(told(&bob, WRONG, "scope").0, "ok", "nothing of his is hidden");
    policy("");
    assert_eq!(told(&ada, WRONG, "scope").0, "ok");
}

/// What was done past the API.
#[test]
fn members_that_are_nobody_and_a_log_that_was_cut_are_found() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let _ = member.key(&["read"]);
    assert_eq!(told(&ada, WRONG, "references").0, "ok");
    let unbound = if is_on_postgresql(&app) {
        "set session_replication_role = replica"
    } else {
        "pragma foreign_keys = off"
    };
    app.db().execute(&format!("{unbound}; delete from user_account where id = '{}'", member.user_id));
    let references = || check(&diagnose(&ada, &ada.tenant_id, ""), WRONG, "references");
    let found = references();
    assert_eq!(
        (&found["outcome"], &found["found"]["members_that_are_nobody"], &found["found"]["keys_of_nobody"]),
        (&json!("problem"), &json!(1), &json!(1))
    );

    let cut = format!(
        "delete from audit_entry where tenant_id = '{0}' and seq > (select size - 3 from audit_head where tenant_id = '{0}')",
        ada.tenant_id
    );
    tamper(&app, &cut);
    let found = references();
    assert_eq!((&found["outcome"], &found["found"]["log_entries_missing"]), (&json!("problem"), &json!(2)));
}
