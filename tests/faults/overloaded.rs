//! More requests at once than there are places: over the sockets of the host's own binary.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use insula_tests::journeys::{Backing, Server};

/// One place, and this many seconds to wait for it.
fn server(queue_timeout_seconds: &str) -> Server {
    Server::embedded_with(Backing::under_test(), |command| {
        command.args(["--max-concurrent-requests", "1", "--queue-timeout-seconds", queue_timeout_seconds]);
        // What is due would take the place as well.
        command.args(["--tick-seconds", "0"]);
    })
}

/// Somebody who doesn't say how long the body is, sends it slowly and has a place meanwhile: the server has told it to go
/// on, because a component reads.
struct Slow(TcpStream);

impl Slow {
    fn begin(server: &Server) -> Self {
        let address = server.base().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                    content-type: application/json\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self(stream)
    }

    fn finish(mut self) -> String {
        self.0.write_all(b"2\r\n{}\r\n0\r\n\r\n").unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn a_full_house_answers_503_with_retry_after_and_serves_again_once_there_is_a_place() {
    let server = server("1");
    let client = server.client();
    let slow = Slow::begin(&server);

    let refused = client.get("/problems").send();

    let problem = refused.problem(503, "overloaded");
    assert_eq!(problem["instance"], format!("urn:insula:request:{}", refused.header("x-request-id")));
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1, "{refused}");
    let many: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| client.get("/health/live").send())).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    for answer in many {
        answer.problem(503, "overloaded");
    }

    let answer = slow.finish();
    assert!(answer.starts_with("HTTP/1.1 422 "), "whoever has a place keeps it: {answer}");
    let _ = client.get("/problems").send().expect(200);
}

#[test]
fn who_finds_no_place_waits_for_one_and_is_served() {
    let server = server("60");
    let client = server.client();
    let slow = Slow::begin(&server);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.get("/problems").send());
        // Time in which a second place would be found; less of it could only hide one.
        thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished(), "there was a second place");
        assert!(slow.finish().starts_with("HTTP/1.1 422 "));
        let _ = waiting.join().unwrap().expect(200);
    });
}
