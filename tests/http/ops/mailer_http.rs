//! The component `mailer-http` in the place of `mailer-log`, put there by the lines of its README alone, before a real
//! server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use insula_tests::support::{App, Options, program_of, repository};
use serde_json::{Value, json};
use toml::Table;

/// The status that stands for no answer at all.
const SILENCE: u16 = 0;

/// A provider of mail: a server at a free port that answers as it is told and remembers what it was asked.
struct Provider {
    address: SocketAddr,
    status: Arc<AtomicU16>,
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (status, requests) = (Arc::new(AtomicU16::new(200)), Arc::new(Mutex::new(Vec::new())));
        let (told, remembered) = (status.clone(), requests.clone());
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                remembered.lock().unwrap().push(request);
                match told.load(Ordering::SeqCst) {
                    SILENCE => open.push(stream),
                    status => answer(&mut stream, status),
                }
            }
        });
        Self { address, status, requests }
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Head and body of every request so far.
    fn requests(&self) -> Vec<(String, String)> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> (String, String) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or_default() {
                return (head, body.to_owned());
            }
        }
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the request broke off: {text}");
        bytes.extend_from_slice(&piece[..read]);
    }
}

/// What providers answer may repeat what they were sent.
fn answer(stream: &mut TcpStream, status: u16) {
    let body = "no such mailbox: p0@example.com";
    let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// Adds what one table has to another, and replaces what both have.
fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(into)), toml::Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// `spin.toml` with the lines of the README, and these values of its variables.
fn manifest(provider: &Provider, body: &str, auth: &str) -> String {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let mut manifest: Table = read("spin.toml").parse().unwrap();
    let readme = read("components/mailer-http/README.md");
    let lines = readme.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    merge(&mut manifest, lines.parse().unwrap());
    manifest["component"].as_table_mut().unwrap().remove("mailer-log");
    for (name, value) in [
        ("mail_host", format!("http://{}", provider.address)),
        ("mail_url", format!("http://{}/v1/send", provider.address)),
        ("mail_from", "Insula <no-reply@example.org>".to_owned()),
        ("mail_token", "the-providers-token".to_owned()),
        ("mail_body", body.to_owned()),
        ("mail_auth", auth.to_owned()),
    ] {
        let variable = manifest["variables"][name].as_table_mut().unwrap();
        variable.remove("required");
        variable.insert("default".to_owned(), value.into());
    }
    toml::to_string(&manifest).unwrap()
}

fn app(provider: &Provider, body: &str, auth: &str) -> App {
    let program = program_of(&manifest(provider, body, auth));
    App::with(Options { program: Some(program), ..Options::default() })
}

fn write_one(app: &App) {
    let body = json!({ "email": "p0@example.com", "password": "correct horse battery staple" });
    let _ = app.request("POST", "/api/v1/auth/register").json(&body).send().expect(201);
}

fn state(app: &App) -> Vec<String> {
    app.db().rows("select state, attempts, failure, due_at_ms - created_at_ms from mail").remove(0)
}

#[test]
fn a_mail_is_posted_with_the_token_its_id_and_the_usual_json() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);

    assert_eq!(app.deliver_mail(), json!({ "delivered": 1, "postponed": 0, "given_up": 0 }));

    let (head, body) = provider.requests().remove(0);
    let id = &app.db().rows("select id from mail")[0][0];
    assert!(head.starts_with("post /v1/send http/1.1"), "{head}");
    for header in [
        "authorization: bearer the-providers-token".to_owned(),
        "content-type: application/json".to_owned(),
        format!("idempotency-key: {id}"),
    ] {
        assert!(head.lines().any(|line| line == header), "{header} is not in {head}");
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["from", "subject", "text", "to"]);
    assert_eq!(body["from"], "Insula <no-reply@example.org>");
    assert_eq!((&body["to"], &body["subject"]), (&json!(["p0@example.com"]), &json!("Confirm your address")));
    assert!(body["text"].as_str().unwrap().contains("ins_verify_"));
    // What has been handed over is forgotten, and nothing of it was kept for the operator.
    assert_eq!(app.db().rows("select state, content from mail"), [["delivered", "null"]]);
    assert_eq!(app.db().number("select count(*) from mailbox"), 0);
}

#[test]
fn the_shape_of_the_json_and_the_header_are_the_providers() {
    let provider = Provider::start();
    let shape =
        r#"{"From": "$from", "To": "$to", "Subject": "$subject", "TextBody": "$text", "Tag": "$template"}"#;
    let app = app(&provider, shape, "X-Postmark-Server-Token: $token");
    write_one(&app);

    let _ = app.deliver_mail();

    let (head, body) = provider.requests().remove(0);
    assert!(head.lines().any(|line| line == "x-postmark-server-token: the-providers-token"), "{head}");
    assert!(!head.contains("authorization"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["To"], &body["Tag"]), (&json!("p0@example.com"), &json!("verify-email")));
}

#[test]
fn a_provider_that_fails_is_asked_again_after_one_two_and_four_minutes_with_the_same_id() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);
    provider.answers(500);
    let mut passed = 0;
    for (attempt, pause) in [("1", 60), ("2", 120), ("3", 240)] {
        assert_eq!(app.deliver_mail(), json!({ "delivered": 0, "postponed": 1, "given_up": 0 }));
        let due_at = ((passed + pause) * 1_000).to_string();
        assert_eq!(state(&app), ["waiting", attempt, "status 500", &due_at]);
        app.advance(Duration::from_millis(pause * 1_000 - 1));
        assert_eq!(app.deliver_mail()["postponed"], 0, "it is not due yet");
        app.advance(Duration::from_millis(1));
        passed += pause;
    }
    provider.answers(202);

    assert_eq!(app.deliver_mail(), json!({ "delivered": 1, "postponed": 0, "given_up": 0 }));

    let requests = provider.requests();
    let ids: Vec<&str> =
        requests.iter().flat_map(|(head, _)| head.lines()).filter(|line| line.starts_with("idem")).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let mail = app.operator().get("/internal/mail").send().expect(200).json()["items"][0].clone();
    assert_eq!(
        (&mail["state"], &mail["attempts"], &mail["failure"]),
        (&json!("delivered"), &json!(4), &Value::Null)
    );
}

/// A refusal is final, and what the provider says about it is kept nowhere: it may repeat the address.
#[test]
fn a_mail_that_is_refused_is_given_up_at_once_and_nothing_of_it_remains() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);
    provider.answers(400);

    assert_eq!(app.deliver_mail(), json!({ "delivered": 0, "postponed": 0, "given_up": 1 }));

    let mail = app.operator().get("/internal/mail").send().expect(200).json()["items"][0].clone();
    assert_eq!((&mail["state"], &mail["failure"]), (&json!("given_up"), &json!("status 400")));
    let stored = app.db().rows("select content, failure from mail");
    assert_eq!(stored, [["null", "status 400"]]);
    assert!(!app.log().iter().any(|line| line.contains("p0@example.com") || line.contains("ins_verify_")));
    app.advance(Duration::from_secs(3_600));
    let _ = app.deliver_mail();
    assert_eq!(provider.requests().len(), 1);
}

#[test]
fn too_many_requests_and_a_wrong_token_are_reasons_to_try_again() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);
    for status in [429, 408, 401, 403, 302] {
        provider.answers(status);
        assert_eq!(app.deliver_mail()["postponed"], 1, "{status}");
        app.advance(Duration::from_secs(3_600));
    }
}

#[test]
fn after_a_day_a_mail_is_given_up() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);
    provider.answers(503);
    let _ = app.deliver_mail();
    app.advance(Duration::from_secs(86_400));

    assert_eq!(app.deliver_mail(), json!({ "delivered": 0, "postponed": 0, "given_up": 1 }));

    assert_eq!(
        app.db().rows("select state, content, failure from mail"),
        [["given_up", "null", "status 503"]]
    );
}

/// A provider that takes a request and says nothing doesn't hold the tick for longer than a call of it may take.
#[test]
fn a_provider_that_hangs_is_left_after_a_while() {
    let provider = Provider::start();
    let app = app(&provider, "", "");
    write_one(&app);
    provider.answers(SILENCE);

    assert_eq!(app.deliver_mail(), json!({ "delivered": 0, "postponed": 1, "given_up": 0 }));

    assert_eq!(state(&app), ["waiting", "1", "no answer", "60000"]);
    assert_eq!(provider.requests().len(), 1);
}

#[test]
fn settings_that_make_no_request_are_told_and_can_be_corrected() {
    let provider = Provider::start();
    let app = app(&provider, "{\"to\": $to}", "");
    write_one(&app);
    assert_eq!(app.deliver_mail()["postponed"], 1);
    assert_eq!(state(&app)[2], "the variable `mail_body` makes no JSON");
    assert_eq!(provider.requests().len(), 0);
}
