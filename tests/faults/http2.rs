//! Clients of HTTP/2 that keep a connection, or a request, and do nothing with it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use insula_tests::support::seen;

use super::slow::{app, connect};

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A connection that has said what it is.
fn begin(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
    stream
}

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, stream][..], payload].concat()
}

/// Header fields as literals without indexing (RFC 7541, 6.2.2).
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// Asks for something that is there at once.
fn ask(stream: &mut TcpStream, number: u8) -> std::io::Result<()> {
    let fields =
        [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/health/live")];
    stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, number, &block(&fields)))
}

/// Answers every PING and sends some, for so long at most. Returns after how long the server ended the connection, and
/// whether it said so before.
fn stay(
    stream: &mut TcpStream,
    most: Duration,
    mut meanwhile: impl FnMut(&mut TcpStream),
) -> (Option<Duration>, bool) {
    let (begun, mut got, mut part, mut told) = (Instant::now(), Vec::new(), [0; 4_096], false);
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    while begun.elapsed() < most {
        meanwhile(stream);
        let _ = stream.write_all(&frame(PING, 0, 0, &[7; 8]));
        match stream.read(&mut part) {
            Ok(0) => return (Some(begun.elapsed()), told),
            Ok(read) => got.extend_from_slice(&part[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return (Some(begun.elapsed()), told),
        }
        while got.len() >= 9 {
            let length = usize::from(got[0]) << 16 | usize::from(got[1]) << 8 | usize::from(got[2]);
            if got.len() < 9 + length {
                break;
            }
            let whole: Vec<u8> = got.drain(..9 + length).collect();
            told |= whole[3] == GOAWAY;
            if whole[3] == PING && whole[4] & ACK == 0 {
                let _ = stream.write_all(&frame(PING, ACK, 0, &whole[9..]));
            }
        }
    }
    (None, told)
}

/// Protects sockets and memory: to say that one is alive is not to ask for anything.
#[test]
fn a_connection_that_answers_and_asks_for_nothing_is_told_and_closed() {
    let (_app, address) = app(|settings| settings.connection_idle_timeout = Duration::from_secs(1));
    let mut stream = begin(address);
    ask(&mut stream, 1).unwrap();

    let (ended, told) = stay(&mut stream, Duration::from_secs(20), |_| {});

    assert!(ended.is_some_and(|after| after >= Duration::from_secs(1)), "{ended:?}");
    assert!(told);
}

#[test]
fn a_connection_that_asks_now_and_then_stays() {
    let (_app, address) = app(|settings| settings.connection_idle_timeout = Duration::from_secs(2));
    let (mut stream, mut number, mut asked) = (begin(address), 1, Instant::now());
    ask(&mut stream, number).unwrap();

    let (ended, told) = stay(&mut stream, Duration::from_secs(5), |stream| {
        if asked.elapsed() > Duration::from_millis(500) {
            (number, asked) = (number + 2, Instant::now());
            ask(stream, number).unwrap();
        }
    });

    assert_eq!((ended, told), (None, false));
}

/// Over HTTP/2 a body can be announced as empty and still not end. Such requests held an instance each until the end of
/// their time, however many there were.
#[test]
fn a_body_that_is_announced_as_empty_and_does_not_end_is_a_408() {
    let (_app, address) = app(|settings| settings.body_idle_timeout = Duration::from_millis(200));
    let mut stream = begin(address);
    let block = block(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/api/v1/auth/login"),
        ("content-type", "application/json"),
        ("content-length", "0"),
    ]);
    // It doesn't end the stream.
    stream.write_all(&frame(HEADERS, END_HEADERS, 1, &block)).unwrap();

    let begun = Instant::now();
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&answer).contains("/problems/body-timeout") {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..read]);
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    seen("body-timeout");
}
