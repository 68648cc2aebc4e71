//! `insula master-key rotate`: the master key of a server of its own is exchanged, as the README says.

use std::process::{Command, Output};

use insula_host::secrets::Secrets;
use insula_tests::journeys::{Backing, Client, Process, embedded};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::PASSWORD;

const KEPT: &str = "master.previous.key";

fn rotate(state: &TempDir) -> (Option<i32>, String) {
    let mut command = Command::new(embedded::host_binary());
    command.args(["master-key", "rotate", "--state"]).arg(state.path());
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// Runs a server on the state until `body` is done with it; returns what it said.
fn serving(state: &TempDir, backing: &Backing, body: impl FnOnce(&Client)) -> String {
    let said = tempfile::tempdir_in(state.path()).unwrap().keep();
    let mut process = Process::start(&mut embedded::command(state.path(), backing), &said);
    body(&Client::new(&embedded::base(&mut process)));
    process.interrupt().1
}

fn log_in(client: &Client) -> u16 {
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    client.post_json("/api/v1/auth/login", &body).send().status
}

fn rewrap(client: &Client, operator_key: &str) -> Value {
    let client = client.bearing(operator_key);
    client.post("/internal/master-key/rewrap").send().expect(200).json()
}

#[test]
fn a_servers_master_key_is_exchanged_and_the_old_one_taken_away() {
    let (state, backing) = (embedded::state(), Backing::under_test());
    let first = Secrets::load(state.path(), None).unwrap();
    let mut said = serving(&state, &backing, |client| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "tenant_name": "Acme" });
        let _ = client.post_json("/api/v1/auth/register", &body).send().expect(201);
        assert_eq!(log_in(client), 200);
    });

    assert_eq!(rotate(&state).0, Some(0));

    said += &serving(&state, &backing, |client| {
        assert_eq!(log_in(client), 200);
        assert_ne!(rewrap(client, &first.operator_key)["rewrapped"], 0);
        let done = rewrap(client, &first.operator_key);
        assert_eq!((&done["rewrapped"], &done["left"]), (&json!(0), &json!(0)));
    });
    // Nothing is lost by a slip: what is kept is not written over.
    let (code, refusal) = rotate(&state);
    assert!(code == Some(2) && refusal.contains(KEPT), "{refusal}");
    std::fs::remove_file(state.path().join(KEPT)).unwrap();
    said += &serving(&state, &backing, |client| assert_eq!(log_in(client), 200));

    let second = Secrets::load(state.path(), None).unwrap();
    assert_ne!(second.master_key, first.master_key);
    for key in [&first.master_key, &second.master_key] {
        assert!(!said.contains(key) && !refusal.contains(key));
    }
}
