//! Bodies pass through the gateway as they come.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use insula_tests::support::{App, Options, program_within};

use super::{app, manifest, of};

const MIB: usize = 1 << 20;

fn connect(app: &App) -> TcpStream {
    let stream = TcpStream::connect(app.listen()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn head(path: &str, credential: &str) -> String {
    format!(
        "POST /workload/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         authorization: Bearer {credential}\r\ntransfer-encoding: chunked\r\n\r\n"
    )
}

fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let (mut read, mut piece) = (String::new(), [0; 1024]);
    while !read.contains(end) {
        let length = stream.read(&mut piece).unwrap_or_else(|error| panic!("{error}: {read}"));
        assert_ne!(length, 0, "it ended before `{end}`: {read}");
        read.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    read
}

#[test]
fn the_first_bytes_are_answered_before_the_last_are_sent() {
    let app = app();
    let mut stream = connect(&app);
    stream.write_all(head("echo", &app.person("ada").credential).as_bytes()).unwrap();
    stream.write_all(b"5\r\nfirst\r\n").unwrap();

    let begun = read_until(&mut stream, "first");
    assert!(begun.starts_with("HTTP/1.1 200 ") && begun.contains("ratelimit: "), "{begun}");

    stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").unwrap();
    read_until(&mut stream, "last");
}

#[test]
fn an_upload_that_no_memory_would_hold_passes() {
    let app = App::with(Options {
        program: Some(program_within(&manifest(), 24 * MIB)),
        settings: |settings| settings.body_limit_bytes = Some(128 << 20),
        contract: false,
        ..Options::default()
    });
    let credential = app.person("ada").credential.clone();

    let mut stream = connect(&app);
    stream.write_all(head("length", &credential).as_bytes()).unwrap();
    let mebibyte = format!("{MIB:x}\r\n{}\r\n", "x".repeat(MIB));
    for _ in 0..96 {
        stream.write_all(mebibyte.as_bytes()).unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();

    let answer = read_until(&mut stream, &(96 * MIB).to_string());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn an_upload_beyond_the_hosts_limit_is_413_behind_the_gateway_too() {
    let app = app();
    let body = vec![b'x'; 66 * MIB];
    let ada = app.person("ada");
    let refused = ada.request("POST", "/workload/length").unannounced("text/plain", body).send();
    assert_eq!(refused.problem(413, "payload-too-large")["limit_bytes"], 65 * MIB);
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    assert_eq!(refused.header("cache-control"), "no-store");
    assert!(insula_kit::id::RequestId::parse(refused.header("x-request-id")).is_some(), "{refused}");
}

#[test]
fn a_body_and_a_method_arrive_as_they_were_sent() {
    let app = app();
    let ada = app.person("ada");
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        let answer = ada.request(method, "/workload/echo").body("text/plain", "as it is").send().expect(200);
        assert_eq!(answer.text(), "as it is", "{method}");
        let told = ada.request(method, "/workload/told").send().expect(200).json();
        assert_eq!(told["method"], method.to_lowercase());
    }
    let head =
        ada.request("HEAD", "/workload/report").header("x-report", "rows_analyzed=1").send().expect(200);
    assert_eq!(head.header("x-kept"), "kept");
}

/// Protects a workload whose server takes trailers for headers: there they would be what the gateway says.
#[test]
fn trailers_of_a_request_reach_no_workload() {
    let alone = "
[[trigger.http]]
route = \"/alone/...\"
component = \"alone\"

[component.alone]
source = \"target/components/guest-workload.wasm\"
";
    let app = of(&(manifest() + alone));
    let credential = app.person("ada").credential.clone();
    for place in ["alone", "workload"] {
        for (path, ends) in [("trailers", "[]"), ("echo", "body")] {
            let mut stream = connect(&app);
            let head = head(path, &credential).replace("/workload/", &format!("/{place}/"));
            let head = head.replace("\r\n\r\n", "\r\ntrailer: insula-tenant, x-other\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(b"4\r\nbody\r\n0\r\ninsula-tenant: ten_x\r\nx-other: y\r\n\r\n").unwrap();
            let answer = read_until(&mut stream, ends);
            assert!(answer.starts_with("HTTP/1.1 200 "), "{place}: {answer}");
        }
    }
}
