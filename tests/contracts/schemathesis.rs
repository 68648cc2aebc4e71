//! Schemathesis over every operation, for every kind of caller: no answer but those that the OpenAPI document gives.
//!
//! `INSULA_TEST_SCHEMATHESIS` names the program. The limits are lifted: 429 is for other tests.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::process::ExitCode;

use insula_domain::scope::Scope;
use insula_tests::journeys::program::{Test, run};
use insula_tests::journeys::{Backing, Client, Operations, Schemathesis, Server};
use insula_tests::support::{Form, repository};
use serde_json::{Value, json};

const LIFT_LIMITS: &str = "update plan set requests_per_minute = 1000000, burst = 1000000; delete from plan_quota; \
     delete from endpoint_limit";
const ALL: Operations = Operations::Without(&[]);
/// They end what a person tries all else with: the session, or the tenant.
const ENDINGS: [&str; 3] = ["logout", "remove_tenant", "suspend_tenant"];

fn main() -> ExitCode {
    let Some(program) = std::env::var_os("INSULA_TEST_SCHEMATHESIS") else {
        println!("contract (Schemathesis): SKIPPED (not asked for: cargo xtask test --contract)");
        return ExitCode::SUCCESS;
    };
    let schemathesis = Schemathesis::at(Path::new(&program));
    run(vec![
        Test::new("nobody_gets_an_answer_that_the_document_does_not_give", || {
            World::start().explore(&schemathesis, None, ALL);
        }),
        Test::new("no_person_gets_an_answer_that_the_document_does_not_give", || {
            let world = World::start();
            world.explore(&schemathesis, Some(&world.token), Operations::Without(&ENDINGS));
            world.still_answers(&world.token);
        }),
        Test::new("no_person_who_ends_something_gets_an_answer_that_the_document_does_not_give", || {
            for ending in ENDINGS {
                let world = World::start();
                world.explore(&schemathesis, Some(&world.token), Operations::Only(&[ending]));
                assert_ne!(world.answers(&world.token), 200, "{ending} ended nothing");
            }
        }),
        Test::new("no_program_gets_an_answer_that_the_document_does_not_give", || {
            let world = World::start();
            world.explore(&schemathesis, Some(&world.key), ALL);
            world.still_answers(&world.key);
        }),
        Test::new("the_operator_gets_no_answer_that_the_document_does_not_give", || {
            let world = World::start();
            let operator = world.server.operator_key();
            world.explore(&schemathesis, Some(operator), ALL);
            world.still_answers(operator);
        }),
    ])
}

/// A server, and somebody with a tenant, a report and two keys: one to call with, one to do things to.
struct World {
    server: Server,
    token: String,
    key: String,
    known: [(&'static str, String); 4],
}

impl World {
    fn start() -> Self {
        let server = Server::embedded(Backing::under_test());
        server.database().execute(LIFT_LIMITS);
        let (email, password) = ("ada@example.com", "correct horse battery staple");
        let client = server.client();
        let person = json!({ "email": email, "password": password, "tenant_name": "Acme" });
        let made = client.post_json("/api/v1/auth/register", &person).send().expect(201).json();
        let login = json!({ "email": email, "password": password });
        let login = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
        let token = text(&login["access_token"]);
        let ada = client.bearing(&token);
        let known = [
            ("tenants", text(&made["tenant"]["id"])),
            ("reports", report(&ada)),
            ("keys", text(&key(&ada)["id"])),
            ("users", text(&made["user"]["id"])),
        ];
        let key = text(&key(&ada)["key"]);
        Self { server, token, key, known }
    }

    fn explore(&self, schemathesis: &Schemathesis, credential: Option<&str>, operations: Operations) {
        let known = self.known.each_ref().map(|(name, id)| (*name, id.as_str()));
        schemathesis.run(&self.server, credential, &known, operations);
    }

    /// A credential that ended on the way would have tried little but refusals.
    fn still_answers(&self, credential: &str) {
        assert_eq!(self.answers(credential), 200);
    }

    fn answers(&self, credential: &str) -> u16 {
        let tenant = format!("/api/v1/tenants/{}", self.known[0].1);
        self.server.client().bearing(credential).get(&tenant).send().status
    }
}

fn report(person: &Client) -> String {
    let penguins = std::fs::read(repository().join("examples/penguins.csv")).unwrap();
    let form = Form::file(penguins).text("label_column", "species");
    text(&person.post_form("/api/v1/analyze", &form).send().expect(201).json()["id"])
}

fn key(person: &Client) -> Value {
    let body = json!({ "name": "contract", "scopes": Scope::ALL });
    person.post_json("/api/v1/api-keys", &body).send().expect(201).json()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
