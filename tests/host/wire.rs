//! What goes over the sockets: HTTP/2, bodies that are too large, and an end that cuts nobody off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use insula_tests::journeys::{Backing, Process, Server, embedded};
use serde_json::json;

const MIB: usize = 1 << 20;

fn connect(base: &str) -> TcpStream {
    TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap()
}

fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // Whoever is told to stop before it has sent all may find the connection closed behind the answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn http_2_is_spoken_from_the_first_byte_on() {
    let server = Server::embedded(Backing::under_test());
    let call = |path: &str, body: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args([
            "-sS",
            "--http2-prior-knowledge",
            "-o",
            "/dev/null",
            "-w",
            "%{http_version} %{http_code}",
        ]);
        let output = curl.args(body).arg(format!("{}{path}", server.base())).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };

    assert_eq!(call("/health", &[]), "2 200");
    let body = ["-H", "content-type: application/json", "-d", "{}"];
    assert_eq!(call("/api/v1/auth/login", &body), "2 422");
}

#[test]
fn what_is_under_way_is_finished_when_the_server_is_stopped() {
    let (state, backing) = (embedded::state(), Backing::under_test());
    let mut process = Process::start(&mut embedded::command(state.path(), &backing), state.path());
    let base = embedded::base(&mut process);
    let mut slow = connect(&base);
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 2\r\nexpect: 100-continue\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    // Asked for its body, it is under way.
    let mut asked = [0; 25];
    slow.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"), "{}", String::from_utf8_lossy(&asked));
    slow.write_all(b"{").unwrap();
    // Somebody who is connected and asks for nothing is no reason to wait.
    let silent = connect(&base);

    thread::scope(|scope| {
        let stopped = scope.spawn(|| process.interrupt());
        let begun = Instant::now();
        while TcpStream::connect(base.strip_prefix("http://").unwrap()).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it still takes connections");
        }
        slow.write_all(b"}").unwrap();

        let answer = rest(slow);

        assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
        let (well, said) = stopped.join().unwrap();
        assert!(well && !said.contains("were cut"), "{said}");
    });
    drop(silent);
}

#[test]
fn an_upload_beyond_64_mib_is_413_whether_it_says_so_or_not_and_nothing_is_stored() {
    let server = Server::embedded(Backing::under_test());
    let client = server.client();
    let person =
        json!({ "email": "ada@example.com", "password": "correct horse battery staple", "tenant_name": "a" });
    let _ = client.post_json("/api/v1/auth/register", &person).send().expect(201);
    let login = json!({ "email": "ada@example.com", "password": "correct horse battery staple" });
    let login = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
    let token = login["access_token"].as_str().unwrap();
    let head = |framing: &str| {
        format!(
            "POST /api/v1/analyze HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: multipart/form-data; boundary=x\r\n{framing}\r\n\r\n"
        )
    };

    let mut announced = connect(server.base());
    announced
        .write_all(head(&format!("content-length: {}\r\nexpect: 100-continue", 64 * MIB + 1)).as_bytes())
        .unwrap();
    let answer = rest(announced);
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("/problems/payload-too-large"),
        "{answer}"
    );

    let mut streamed = connect(server.base());
    streamed.write_all(head("transfer-encoding: chunked").as_bytes()).unwrap();
    let begin = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\n";
    streamed.write_all(format!("{:x}\r\n{begin}\r\n", begin.len()).as_bytes()).unwrap();
    let mebibyte = format!("1,{}\n", "x".repeat(61)).repeat(MIB / 64);
    for _ in 0..66 {
        if streamed.write_all(format!("{MIB:x}\r\n{mebibyte}\r\n").as_bytes()).is_err() {
            break;
        }
    }
    let _ = streamed.write_all(b"0\r\n\r\n");
    let answer = rest(streamed);
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("/problems/payload-too-large"),
        "{answer}"
    );

    assert_eq!(
        server.database().number(&format!("select count(*) from {}", server.database().product("report"))),
        0
    );
    let usage = client.bearing(token).get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["rows_analyzed"]["current"], 0, "{usage}");
}
