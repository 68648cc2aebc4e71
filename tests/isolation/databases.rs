//! A tenant's product data in a database of its own: it is there and nowhere else, and nothing of it is lost on its way.

mod away;
mod back;
mod given;
mod kept;
mod moved;
mod region;
mod secret;

use insula_tests::support::{Answer, App, Person, Second};
use serde_json::{Value, json};

/// Has the operator give a tenant a database.
fn give(app: &App, tenant_id: &str, address: &str) -> Answer {
    let body = json!({ "isolation": "database", "database_url": address });
    change(app, tenant_id, &body)
}

fn change(app: &App, tenant_id: &str, body: &Value) -> Answer {
    app.operator().request("PATCH", &format!("/api/v1/tenants/{tenant_id}")).json(body).send()
}

/// The ids of the reports that a person is shown, sorted.
fn listed(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/api/v1/reports?limit=200").send().expect(200).json();
    let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

/// The ids of the reports in a tenant's own database.
fn stored(own: &Second) -> Vec<String> {
    own.rows("select id from insula.report order by id").concat()
}

fn waiting(app: &App) -> i64 {
    app.db().number("select count(*) from product_intent")
}

fn tick(app: &App) -> Value {
    app.operator().request("POST", "/internal/tick").send().expect(200).json()
}
