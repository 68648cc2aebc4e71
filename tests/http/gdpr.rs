//! The audit log over HTTP.

mod at_once;
mod checkpoint;
mod export;
mod killed;
mod list;
mod proof;
mod verify;

use std::fmt::Write as _;

use insula_audit::chain::Head;
use insula_audit::entry::{Actor, Entry, VERSION};
use insula_audit::export::{Checked, Fault};
use insula_audit::hash::Hash;
use insula_audit::merkle::verify::Tree;
use insula_audit::note::Verifier;
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

/// Has the log signed as it is now.
#[track_caller]
fn sign(person: &Person<'_>) -> Value {
    person.request("POST", &log(person, "/checkpoint")).send().expect(200).json()
}

/// The tree that a checkpoint, or a proof, says.
fn tree(said: &Value, size: &str, root: &str) -> Tree {
    Tree { size: said[size].as_u64().unwrap(), root: hash(&said[root]) }
}

fn hash(text: &Value) -> Hash {
    Hash::parse(text.as_str().unwrap()).unwrap()
}

fn hashes(proof: &Value) -> Vec<Hash> {
    proof["proof"].as_array().unwrap().iter().map(hash).collect()
}

/// What everybody checks the log of a person's tenant with.
#[track_caller]
fn key(app: &App, person: &Person<'_>) -> Verifier {
    let path = format!("/api/v1/audit-log-keys/{}", person.tenant_id);
    let said = app.request("GET", &path).send().expect(200).json();
    Verifier::parse(said["key"].as_str().unwrap()).unwrap()
}

/// The log as a file.
#[track_caller]
fn file(person: &Person<'_>) -> String {
    get(person, &log(person, "?format=ndjson")).expect(200).text()
}

/// What a stranger finds who has a file and a key.
fn check(file: &str, key: &Verifier) -> Result<Checked, Fault> {
    insula_audit::export::verify(file.as_bytes(), key, |_| {}).unwrap()
}

/// Where a log ends.
fn end(database: &Database, tenant_id: &str) -> Head {
    let ends = database.rows(&format!("select size, link from audit_head where tenant_id = '{tenant_id}'"));
    Head { size: ends[0][0].parse().unwrap(), link: Hash::parse(&ends[0][1]).unwrap() }
}

/// The next entry of a log that ends there: its text, and where the log ends then.
fn next(tenant_id: &str, head: Head) -> (String, Head) {
    let entry = Entry {
        action: "key.created".to_owned(),
        actor: Actor { kind: "system".to_owned(), id: None },
        at: "2030-01-01T00:00:00.000Z".to_owned(),
        facts: [("number".to_owned(), head.size.to_string())].into(),
        id: format!("aud_{:026}", head.size),
        personal: None,
        tenant_id: tenant_id.to_owned(),
        v: VERSION,
    };
    let written = entry.write().unwrap();
    (written.text, head.after(written.leaf))
}

/// The entries, and where the log ends, as they would be had so many more been appended to it.
fn more(database: &Database, tenant_id: &str, count: u64) -> String {
    let mut head = end(database, tenant_id);
    let mut script = String::from("begin;\n");
    for _ in 0..count {
        let place = head.size;
        let (text, next) = next(tenant_id, head);
        let _ = write!(
            script,
            "update audit_head set size = size + 1, link = '{link}' where tenant_id = '{tenant_id}';
             insert into audit_entry values ('{tenant_id}', {place}, 1893456000000, 'key.created', null, '{text}', '{link}');\n",
            link = next.link
        );
        head = next;
    }
    script + "commit;"
}

/// Appends so many entries at once.
fn fill(app: &App, person: &Person<'_>, count: u64) {
    app.db().execute(&more(app.db(), &person.tenant_id, count));
}

/// The same for very many, past what keeps the log.
fn fill_many(app: &App, person: &Person<'_>, count: u64) {
    let tenant_id = &person.tenant_id;
    let (first, mut head) = (end(app.db(), tenant_id), end(app.db(), tenant_id));
    let mut script = String::from("begin;");
    while head.size < first.size + count {
        let mut rows = Vec::new();
        for _ in 0..1_000.min(first.size + count - head.size) {
            let place = head.size;
            let (text, next) = next(tenant_id, head);
            rows.push(format!(
                "('{tenant_id}', {place}, 1893456000000, 'key.created', null, '{text}', '{}')",
                next.link
            ));
            head = next;
        }
        let _ = write!(script, "insert into audit_entry values {};", rows.join(","));
    }
    let _ = write!(
        script,
        "update audit_head set size = {}, link = '{}' where tenant_id = '{tenant_id}'; commit",
        head.size, head.link
    );
    tamper(app, &script);
}

/// Changes the log as whoever owns the database can: with what keeps it switched off.
pub fn tamper(app: &App, statement: &str) {
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

/// Removes the last entries as if they had never been: the log ends where it did before, and is a chain.
fn cut(app: &App, tenant_id: &str, size: u64) {
    let last = size - 1;
    tamper(
        app,
        &format!(
            "update audit_head set size = {size},
               link = (select link from audit_entry where tenant_id = '{tenant_id}' and seq = {last})
             where tenant_id = '{tenant_id}';
             delete from audit_entry where tenant_id = '{tenant_id}' and seq >= {size}"
        ),
    );
}
