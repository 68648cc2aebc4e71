//! The example in Python: a component in another language, put behind the gateway by the lines of its manifest alone.

use std::sync::{Arc, OnceLock};

use insula_host::Program;
use insula_tests::support::{App, program_of, repository};
use serde_json::json;

use super::of_program;

/// Compiled once: the interpreter is large.
fn app() -> App {
    static PROGRAM: OnceLock<Arc<Program>> = OnceLock::new();
    of_program(PROGRAM.get_or_init(program).clone())
}

fn program() -> Arc<Program> {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let component = repository().join("target/examples/word-count.wasm");
    assert!(component.is_file(), "the example is not built: run `cargo xtask build --examples`");
    program_of(&(read("spin.toml") + &read("examples/gateway/lines.toml")))
}

#[test]
fn a_component_in_python_that_knows_nothing_of_insula_is_authenticated_limited_and_metered() {
    let app = app();
    let ada = app.person("ada");
    let key = ada.key(&["analyze"]);
    let text = "the quick\nbrown fox\njumps".repeat(1000);

    app.request("POST", "/word-count").body("text/plain", "a").send().problem(401, "unauthenticated");
    ada.key(&["read"]).request("POST", "/word-count").send().problem(403, "forbidden");
    let answer = key.request("POST", "/word-count").header("insula-tenant", "ten_x").body("text/plain", text);
    let answer = answer.send().expect(200);

    let body = answer.json();
    assert_eq!(body["tenant"], ada.tenant_id.as_str());
    assert_eq!((&body["lines"], &body["words"]), (&json!(2001), &json!(4001)));
    let subject = body["subject"].as_str().unwrap();
    assert_eq!(app.db().number(&format!("select count(*) from api_key where id = '{subject}'")), 1);
    assert!(answer.header("ratelimit").contains("\"rate\";r=19"), "{answer}");
    assert_eq!(answer.header("insula-usage"), "");
    let usage = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["rows_analyzed"]["current"], 2001, "{usage}");
    assert_eq!(usage["metrics"]["api_calls"]["current"], 1, "{usage}");
}

#[test]
fn a_refusal_of_its_own_reaches_the_caller() {
    let app = app();
    let refused = app.person("ada").get("/word-count").send().expect(405);
    assert_eq!(refused.header("allow"), "POST");
    assert_eq!(refused.json()["error"], "POST a text");
}
