//! Clients that send slowly, or nothing any more, are in nobody's way.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use insula_host::Settings;
use insula_tests::support::{App, Options, block_on, seen};

/// The application of `spin.toml` with other settings, on a port of its own.
fn app(settings: fn(&mut Settings)) -> (App, SocketAddr) {
    let app = App::with(Options { settings, ..Options::default() });
    let address = app.listen();
    (app, address)
}

/// Somebody who has begun to send a body, and whom the server has told to go on.
struct Slow(TcpStream);

impl Slow {
    /// `framing` is the header that says how long the body is.
    fn begin(address: SocketAddr, framing: &str) -> Self {
        let head = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: 100-continue\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n"
        );
        let mut slow = Self(connect(address));
        slow.0.write_all(head.as_bytes()).unwrap();
        slow
    }

    /// Waits until the body is being read.
    fn read(mut self) -> Self {
        let mut said = [0; 25];
        self.0.read_exact(&mut said).unwrap();
        assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
        self
    }

    fn rest(mut self) -> String {
        let mut answer = Vec::new();
        let _ = self.0.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

const ANNOUNCED: &str = "content-length: 2";
const STREAMED: &str = "transfer-encoding: chunked";

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

#[test]
fn short_bodies_that_do_not_come_take_no_place() {
    let (app, address) = app(|settings| {
        settings.max_concurrent_requests = 2;
        settings.queue_timeout = Duration::from_millis(100);
    });

    let slow: Vec<_> = (0..8).map(|_| Slow::begin(address, ANNOUNCED).read()).collect();

    let _ = app.request("GET", "/problems").send().expect(200);
    for mut slow in slow {
        slow.0.write_all(b"{}").unwrap();
        let answer = slow.rest();
        assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    }
}

#[test]
fn bodies_of_unknown_length_leave_half_of_the_places_to_others() {
    let (app, address) = app(|settings| {
        settings.max_concurrent_requests = 4;
        settings.queue_timeout = Duration::from_millis(100);
    });

    let _two = [Slow::begin(address, STREAMED).read(), Slow::begin(address, STREAMED).read()];

    let third = Slow::begin(address, STREAMED).rest();
    assert!(third.starts_with("HTTP/1.1 503 ") && third.contains("/problems/overloaded"), "{third}");
    let _ = app.request("GET", "/problems").send().expect(200);
}

#[test]
fn a_body_that_stops_coming_is_a_408_whether_it_said_how_long_it_is_or_not() {
    let (_app, address) = app(|settings| settings.body_idle_timeout = Duration::from_millis(200));
    for (framing, begun) in [(ANNOUNCED, "{"), (STREAMED, "1\r\n{\r\n")] {
        let mut slow = Slow::begin(address, framing).read();
        slow.0.write_all(begun.as_bytes()).unwrap();
        let answer = slow.rest();
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("/problems/body-timeout"), "{answer}");
        seen("/problems/body-timeout");
    }
}

/// Protects memory and sockets: a connection that never says what it is must not live for ever.
#[test]
fn half_of_a_preface_is_not_waited_for_and_a_request_that_takes_longer_is() {
    let (app, address) = app(|settings| settings.head_timeout = Duration::from_millis(300));
    for begun in ["PRI * HTTP/2", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HT"] {
        let mut half = connect(address);
        half.write_all(begun.as_bytes()).unwrap();
        let mut said = Vec::new();
        let ended = half.read_to_end(&mut said);
        assert!(ended.is_ok(), "{begun:?}: {ended:?}");
    }
    let mut slow = Slow::begin(address, ANNOUNCED).read();
    std::thread::sleep(Duration::from_millis(600));
    slow.0.write_all(b"{}").unwrap();
    assert!(slow.rest().starts_with("HTTP/1.1 422 "), "{:?}", app.log());
}

/// A client of the internet can't take all places; others, and those behind a proxy of ours, still get in.
#[test]
fn one_client_has_so_many_requests_under_way_and_no_more() {
    let app = App::of_guests(|settings| {
        settings.max_requests_per_client = 2;
        settings.request_timeout = Duration::from_secs(3);
    });
    let call = async |path: &str, client: [u8; 4]| {
        let body = Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync();
        let request = http::Request::get(path).header("host", "localhost").body(body).unwrap();
        app.host().handle(request, (client, 1).into()).await.status().as_u16()
    };
    let (far, other, near) = ([192, 0, 2, 1], [192, 0, 2, 2], [10, 0, 0, 1]);
    block_on(async {
        let others = async {
            // Both are under way when the third is refused.
            while call("/unruly/fine", far).await != 503 {
                tokio::task::yield_now().await;
            }
            assert_eq!(call("/unruly/fine", other).await, 200);
            assert_eq!(call("/unruly/fine", near).await, 200);
        };
        let (one, two, ()) = tokio::join!(call("/unruly/sleep", far), call("/unruly/sleep", far), others);
        assert_eq!((one, two), (504, 504));
        // The stopped instances let go of their requests in their own time.
        let mut again = 503;
        while again == 503 {
            tokio::task::yield_now().await;
            again = call("/unruly/fine", far).await;
        }
        assert_eq!(again, 200);
    });
}
