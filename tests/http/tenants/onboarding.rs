//! `GET /api/v1/tenants/{tenant_id}/onboarding`

use insula_tests::support::{App, Caller, Database, Form, only_on_postgresql};
use serde_json::{Value, json};

use super::super::quality::file;

fn checklist(caller: &Caller<'_>, tenant_id: &str) -> Value {
    caller.get(&format!("/api/v1/tenants/{tenant_id}/onboarding")).send().expect(200).json()
}

fn step(checklist: &Value, name: &str) -> Value {
    let steps = checklist["steps"].as_array().unwrap();
    steps.iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no {name}: {checklist}")).clone()
}

fn open(checklist: &Value) -> Vec<&str> {
    let steps = checklist["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["done"] == false).map(|step| step["step"].as_str().unwrap()).collect()
}

#[test]
fn a_new_tenant_is_told_what_comes_next_and_each_step_is_done_by_doing_it() {
    let app = App::start();
    let ada = app.person("ada");
    let tenant_id = ada.tenant_id.as_str();

    let new = checklist(&ada, tenant_id);
    assert_eq!(new["complete"], false);
    let required = ["address_proven", "key_made", "first_call", "first_report"];
    for name in required {
        let step = step(&new, name);
        assert_eq!(
            (&step["done"], &step["required"], &step["done_at"]),
            (&json!(false), &json!(true), &Value::Null)
        );
        assert!(step["next"]["route"].as_str().unwrap().contains(" /api/v1/"), "{step}");
    }

    let body = json!({ "token": app.code("verify-email", &ada.email) });
    let _ = ada.post("/api/v1/auth/verify-email", &body).send().expect(204);
    let key = ada.key(&["analyze", "read"]);
    let _ = key.get("/api/v1/reports").send().expect(200);
    assert_eq!(step(&checklist(&ada, tenant_id), "first_report")["done"], false);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file(file(3))).send().expect(201);

    let done = checklist(&ada, tenant_id);
    assert_eq!(done["complete"], true, "{done}");
    for name in required {
        let step = step(&done, name);
        assert_eq!((&step["done"], &step["next"]), (&json!(true), &Value::Null));
        assert!(step["done_at"].as_str().unwrap().starts_with("2030-01-01T00:00:"), "{step}");
    }
}

#[test]
fn what_may_be_done_besides_is_seen_as_well_and_what_goes_away_is_open_again() {
    let app = App::start();
    let ada = app.person("ada");
    let tenant_id = ada.tenant_id.as_str();
    let isolated = matches!(app.db(), Database::Postgres(_));
    let mut still = vec!["second_factor", "member_invited", "plan_chosen", "limits_set"];
    still.extend((!isolated).then_some("isolation_verified"));
    assert!(
        open(&checklist(&ada, tenant_id)).iter().filter(|name| still.contains(name)).count() == still.len()
    );

    let own = format!("/api/v1/tenants/{tenant_id}");
    let _ = app.operator().request("PATCH", &own).json(&json!({ "plan": "professional" })).send().expect(200);
    let body = json!({ "email": "bob@example.com", "role": "viewer" });
    let path = format!("/api/v1/tenants/{tenant_id}/invitations");
    let invitation = ada.post(&path, &body).send().expect(201).json();
    assert_eq!(step(&checklist(&ada, tenant_id), "member_invited")["done"], true);
    let path = format!("{path}/{}", invitation["id"].as_str().unwrap());
    let _ = ada.request("DELETE", &path).send().expect(204);
    assert_eq!(step(&checklist(&ada, tenant_id), "member_invited")["done"], false);
    let _ = app.member(&ada, "viewer");
    assert_eq!(step(&checklist(&ada, tenant_id), "member_invited")["done"], true);

    let path = format!("/api/v1/tenants/{tenant_id}");
    let path = format!("{path}/limits/all");
    let _ = ada.request("PUT", &path).json(&json!({ "rate_limit": "5/minute" })).send();
    let list = checklist(&ada, tenant_id);
    assert_eq!(
        (step(&list, "plan_chosen")["done"].clone(), step(&list, "limits_set")["done"].clone()),
        (json!(true), json!(true))
    );

    let key = ada.key(&["read"]);
    assert_eq!(step(&checklist(&ada, tenant_id), "key_made")["done"], true);
    drop(key);
    app.db().execute("update api_key set revoked_at_ms = 1");
    assert_eq!(step(&checklist(&ada, tenant_id), "key_made")["done"], false);
}

/// In each model that is one database: a table of the platform, and one of the product where the tenant has it.
#[test]
fn isolation_counts_as_verified_only_while_every_table_is_bound_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    for model in ["schema", "shared"] {
        let _ = ada.request("PATCH", &own).json(&json!({ "isolation": model })).send().expect(200);
        let verified = || step(&checklist(&ada, &ada.tenant_id), "isolation_verified")["done"] == true;
        assert!(verified(), "{model}");
        let own_reports = app.db().product_of(&ada.tenant_id, "report");
        let reports = if model == "schema" { &own_reports } else { "public.report" };
        for table in ["public.api_key", reports] {
            for (loosened, bound) in [
                ("no force row level security", "force row level security"),
                ("disable row level security", "enable row level security"),
            ] {
                app.db().execute(&format!("alter table {table} {loosened}"));
                assert!(!verified(), "{model}: {table} {loosened}");
                app.db().execute(&format!("alter table {table} {bound}"));
                assert!(verified(), "{model}: {table} {bound}");
            }
        }
    }
}

#[test]
fn a_second_factor_is_a_required_step_where_the_tenant_demands_one() {
    let app = App::start();
    let ada = app.person("ada");
    assert_eq!(step(&checklist(&ada, &ada.tenant_id), "second_factor")["required"], false);
    let _device = ada.enrol(&app);
    app.db().execute("update tenant set second_factor_required = 1");
    let step = step(&checklist(&ada, &ada.tenant_id), "second_factor");
    assert_eq!((&step["required"], &step["done"]), (&json!(true), &json!(true)), "{step}");
}

#[test]
fn another_tenant_counts_for_nothing_and_only_who_manages_the_tenant_sees_it() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let key = bob.key(&["analyze", "read"]);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file(file(3))).send().expect(201);
    let before = checklist(&ada, &ada.tenant_id);
    for name in ["key_made", "first_call", "first_report"] {
        assert_eq!(step(&before, name)["done"], false, "{before}");
    }
    let path = format!("/api/v1/tenants/{}/onboarding", ada.tenant_id);
    bob.get(&path).send().problem(404, "not-found");
    app.member(&ada, "admin").get(&path).send().problem(403, "forbidden");
    let by_operator = app.operator().get(&path).send().expect(200).json();
    assert_eq!(step(&by_operator, "first_report")["done"], false);
    let read = "select count(*) from audit_entry where action = 'operator.read' and tenant_id = '";
    assert_eq!(app.db().number(&format!("{read}{}'", ada.tenant_id)), 1);
}
