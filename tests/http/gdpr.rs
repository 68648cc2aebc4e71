//! The audit log over HTTP.

mod list;

use insula_tests::support::{Answer, App, Caller, Database, Person};
use serde_json::{Value, json};

/// The path of a person's tenant's log, and what follows.
fn log(person: &Person<'_>, rest: &str) -> String {
    format!("/api/v1/tenants/{}/audit-log{rest}", person.tenant_id)
}

/// Makes so many entries in the log of a person's tenant.
#[track_caller]
fn write(person: &Person<'_>, count: usize) {
    for number in 0..count {
        let body = json!({ "name": format!("{number}"), "scopes": ["read"] });
        let _ = person.post("/api/v1/api-keys", &body).send().expect(201);
    }
}

/// What was done, in the order of the answer.
#[track_caller]
fn actions(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
}

/// The answer to a reading request.
fn get(caller: &Caller<'_>, path: &str) -> Answer {
    caller.get(path).send()
}

/// Changes the log as whoever owns the database can: with what keeps it switched off.
fn tamper(app: &App, statement: &str) {
    const TABLES: [&str; 4] = ["audit_entry", "audit_head", "audit_node", "audit_checkpoint"];
    match app.db() {
        Database::Sqlite(_) => {
            let triggers = app.db().rows(
                "select name, sql from sqlite_master where type = 'trigger' and name like 'audit_%' order by name",
            );
            for trigger in &triggers {
                app.db().execute(&format!("drop trigger {}", trigger[0]));
            }
            app.db().execute(statement);
            for trigger in &triggers {
                app.db().execute(&trigger[1]);
            }
        }
        Database::Postgres(_) => {
            let each =
                |what: &str| TABLES.map(|table| format!("alter table {table} {what} trigger user;")).concat();
            app.db().execute(&format!("{} {statement}; {}", each("disable"), each("enable")));
        }
    }
}
