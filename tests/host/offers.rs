//! Key-value stores, and requests to other servers and to other components: who was given them has them, nobody else.

use std::io::{Read, Write};
use std::net::TcpListener;

use insula_tests::support::App;

/// `PORT` is where the one server listens that a component may ask.
const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "asking"

[[trigger.http]]
route = "/given/..."
component = "given"

[[trigger.http]]
route = "/bare/..."
component = "bare"

[[trigger.http]]
route = { private = true }
component = "hidden"

[component.given]
source = "target/components/guest-asking.wasm"
key_value_stores = ["default"]
allowed_outbound_hosts = ["http://127.0.0.1:PORT", "http://hidden.spin.internal"]

[component.bare]
source = "target/components/guest-asking.wasm"

[component.hidden]
source = "target/components/guest-asking.wasm"
key_value_stores = ["default"]

[component.hidden.variables]
place = "behind"
"#;

fn app(port: u16) -> App {
    App::of(&MANIFEST.replace("PORT", &port.to_string()))
}

fn ask(app: &App, path: &str) -> (u16, String) {
    let answer = app.request("GET", path).send();
    (answer.status, answer.text())
}

#[test]
fn a_key_value_store_keeps_what_it_is_given_and_is_shared_by_those_who_have_it() {
    let app = app(1);
    for expected in ["1", "2"] {
        assert_eq!(ask(&app, "/given/count?default"), (200, expected.to_owned()));
    }
    let (status, counted) = ask(&app, "/given/fetch?http://hidden.spin.internal/count?default");
    assert_eq!((status, &*counted), (200, "200 3"));
}

#[test]
fn a_key_that_is_removed_is_neither_listed_nor_there() {
    let told = r#"["one", "other"] ["other"] [false, true] None"#;
    assert_eq!(ask(&app(1), "/given/keys?default"), (200, told.to_owned()));
}

#[test]
fn a_store_that_was_not_granted_can_not_be_opened() {
    let app = app(1);
    for path in ["/bare/count?default", "/given/count?other", "/given/count?"] {
        let (status, words) = ask(&app, path);
        assert_eq!(status, 502, "{path}: {words}");
        assert!(words.contains("AccessDenied") || words.contains("NoSuchStore"), "{path}: {words}");
    }
}

/// Protects whatever listens on a port from a component that may speak HTTP there, or nothing at all.
#[test]
fn a_database_is_reached_where_it_was_granted_and_nowhere_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = |granted: &str| {
        let granted = granted.replace("PORT", &port.to_string());
        App::of(&format!(
            r#"
spin_manifest_version = 2

[application]
name = "asking"

[[trigger.http]]
route = "/..."
component = "asking"

[component.asking]
source = "target/components/guest-asking.wasm"
allowed_outbound_hosts = [{granted}]

[component.asking.variables]
address = "postgres://ada@127.0.0.1:{port}/x"
"#
        ))
    };
    for other in [
        "",
        r#""http://127.0.0.1:PORT""#,
        r#""postgres://127.0.0.1:1""#,
        r#""postgres://localhost:PORT""#,
        r#""redis://127.0.0.1:PORT""#,
    ] {
        let (status, words) = ask(&app(other), "/session");
        assert!(status == 502 && words.contains("is not permitted"), "{other}: {status} {words}");
        assert!(listener.accept().is_err(), "{other}: nobody came");
    }
    listener.set_nonblocking(false).unwrap();
    let granted = app(r#""postgres://127.0.0.1:PORT""#);
    let reached = std::thread::scope(|scope| {
        let server = scope.spawn(|| drop(listener.accept().unwrap()));
        let answer = ask(&granted, "/session");
        server.join().unwrap();
        answer
    });
    assert!(reached.0 == 502 && !reached.1.contains("is not permitted"), "{reached:?}");
}

#[test]
fn a_private_component_answers_other_components_and_nobody_outside() {
    let app = app(1);
    assert_eq!(
        ask(&app, "/given/fetch?http://hidden.spin.internal/config"),
        (200, "200 place=behind\n".to_owned())
    );
    for path in ["/hidden/config", "/config", "/hidden.spin.internal/config"] {
        app.request("GET", path).send().problem(404, "not-found");
    }
}

#[test]
fn a_server_that_is_not_named_is_not_reached_and_the_named_one_is() {
    let (named, other) = (listener(), listener());
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let app = app(port(&named));
    let address = |listener: &TcpListener| format!("http://127.0.0.1:{}/", port(listener));
    let serving = std::thread::spawn({
        let named = named.try_clone().unwrap();
        move || answer_once(&named)
    });

    assert_eq!(ask(&app, &format!("/given/fetch?{}", address(&named))), (200, "200 hello".to_owned()));

    serving.join().unwrap();
    let elsewhere = [
        format!("/given/fetch?{}", address(&other)),
        format!("/given/fetch?{}", address(&named).replace("127.0.0.1", "localhost")),
        format!("/bare/fetch?{}", address(&named)),
        "/bare/fetch?http://hidden.spin.internal/config".to_owned(),
        "/given/fetch?http://bare.spin.internal/config".to_owned(),
    ];
    for path in elsewhere {
        let (status, words) = ask(&app, &path);
        assert_eq!(status, 502, "{path}: {words}");
        assert!(words.contains("HttpRequestDenied"), "{path}: {words}");
    }
    for listener in [&named, &other] {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "somebody was let through");
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn answer_once(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = [0; 1024];
    let _ = stream.read(&mut head).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello").unwrap();
}
