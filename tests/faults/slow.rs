//! Clients that send slowly, or nothing any more, are in nobody's way.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use insula_host::Settings;
use insula_tests::support::{App, Options, block_on, seen};

/// The application of `spin.toml` with other settings, on a port of its own.
pub fn app(settings: fn(&mut Settings)) -> (App, SocketAddr) {
    let app = App::with(Options { settings, ..Options::default() });
    let address = app.listen();
    (app, address)
}

/// Somebody who has begun to send a body, and whom the server has told to go on.
struct Slow(TcpStream);

impl Slow {
    /// `framing` is the header that says how long the body is.
    fn begin(address: SocketAddr, framing: &str) -> Self {
        Self::of(connect(address), framing)
    }

    /// The same over a connection that is there.
    fn of(stream: TcpStream, framing: &str) -> Self {
        let head = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: 100-continue\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n"
        );
        let mut slow = Self(stream);
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

pub fn connect(address: SocketAddr) -> TcpStream {
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

/// Somebody behind the one proxy that the operator counts.
fn behind_a_proxy(framing: &str, client: &str) -> String {
    format!("x-forwarded-for: 6.6.6.6, {client}\r\n{framing}")
}

/// Protects uploads and logins: whoever fills what one address may have is in nobody else's way, and doesn't get more by
/// writing other addresses into the header that proxies add to.
#[test]
fn one_client_has_an_eighth_of_the_bodies_that_arrive_and_others_still_get_in() {
    let (app, address) = app(|settings| {
        settings.variables.insert("trusted_proxies".to_owned(), "1".to_owned());
        settings.max_concurrent_requests = 32;
        settings.queue_timeout = Duration::from_millis(100);
    });
    let begin = |client| Slow::begin(address, &behind_a_proxy(STREAMED, client));

    let two = [begin("2001:db8:0:1::1").read(), begin("2001:db8:0:1::2").read()];

    let third = begin("2001:db8:0:1:ffff::3").rest();
    assert!(third.starts_with("HTTP/1.1 503 ") && third.contains("/problems/overloaded"), "{third}");
    let mut other = begin("2001:db8:0:2::1").read();
    other.0.write_all(b"2\r\n{}\r\n0\r\n\r\n").unwrap();
    assert!(other.rest().starts_with("HTTP/1.1 422 "));
    // A short body doesn't need what they have.
    let mut small = Slow::begin(address, &behind_a_proxy(ANNOUNCED, "2001:db8:0:1::4")).read();
    small.0.write_all(b"{}").unwrap();
    assert!(small.rest().starts_with("HTTP/1.1 422 "));
    drop(two);
    let _ = app.request("GET", "/problems").send().expect(200);
}

/// Protects logins: two addresses that each sent the largest bodies which are waited for, and ended none, took the
/// memory of everybody's.
#[test]
fn two_clients_with_large_bodies_that_do_not_end_keep_out_no_small_one_and_no_third_client() {
    const LARGE: usize = 1 << 20;
    let (_app, address) = app(|settings| {
        settings.variables.insert("trusted_proxies".to_owned(), "1".to_owned());
        settings.max_requests_per_client = 0;
    });
    let framing = format!("content-length: {LARGE}");
    // Whoever is refused in the middle closes: what can't be sent any more is in its answer.
    let begun = |client: &str| {
        let mut slow = Slow::begin(address, &behind_a_proxy(&framing, client)).read();
        let _ = slow.0.write_all(&vec![b' '; LARGE - 2]);
        slow
    };
    let end = |mut slow: Slow| {
        let _ = slow.0.write_all(b"{}");
        slow.rest()
    };
    let slow = ["192.0.2.1", "192.0.2.2"].map(|client| (0..16).map(|_| begun(client)).collect::<Vec<_>>());

    let third = end(begun("192.0.2.3"));
    assert!(third.starts_with("HTTP/1.1 422 "), "{third}");
    let mut small = Slow::begin(address, &behind_a_proxy(ANNOUNCED, "192.0.2.1")).read();
    small.0.write_all(b"{}").unwrap();
    let small = small.rest();
    assert!(small.starts_with("HTTP/1.1 422 "), "{small}");

    for answers in slow.map(|slow| slow.into_iter().map(end).collect::<Vec<_>>()) {
        let count = |status: &str| answers.iter().filter(|answer| answer.starts_with(status)).count();
        let (served, refused) = (count("HTTP/1.1 422 "), count("HTTP/1.1 503 "));
        // Of 16 MiB an eighth of 112 have room; what is refused in the middle makes room for the rest.
        assert!((1..=14).contains(&served) && refused >= 2, "{served} {refused}: {answers:?}");
    }
}

/// Protects places: a byte now and then never stands still.
#[test]
fn a_body_that_trickles_is_a_408_whether_it_said_how_long_it_is_or_not() {
    let (_app, address) = app(|settings| settings.body_grace = Duration::from_millis(300));
    for (framing, piece) in [("content-length: 100000", "x"), (STREAMED, "1\r\nx\r\n")] {
        let begun = Instant::now();
        let slow = Slow::begin(address, framing).read();
        let mut sending = slow.0.try_clone().unwrap();
        let trickle = std::thread::spawn(move || {
            // Until nobody listens any more.
            while sending.write_all(piece.as_bytes()).is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let mut answer = [0; 13];
        (&slow.0).read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 408 ", "{}", String::from_utf8_lossy(&answer));
        assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
        drop(slow.0.shutdown(std::net::Shutdown::Both));
        trickle.join().unwrap();
    }
}

/// A connection from another address of this machine.
fn connect_from(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let connected = block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    });
    connected.set_nonblocking(false).unwrap();
    connected.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    connected
}

/// Whether a connection that asks for nothing yet is still there after a moment. One that is about to be closed may be
/// there for longer on a busy machine.
fn is_open(stream: &TcpStream) -> bool {
    stays_open(stream, Duration::from_millis(300))
}

/// Whether the server closes it without having been asked for anything, long before it does so with any.
fn is_closed(stream: &TcpStream) -> bool {
    !stays_open(stream, Duration::from_secs(20))
}

fn stays_open(stream: &TcpStream, moment: Duration) -> bool {
    stream.set_read_timeout(Some(moment)).unwrap();
    let read = (&*stream).read(&mut [0]);
    read.is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
    })
}

fn is_answered(mut stream: TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).is_ok_and(|_| answer.starts_with("HTTP/1.1 200 "))
}

/// Protects files and memory: connections that ask for nothing are not endless, in all or from one address.
#[test]
fn connections_beyond_the_bound_are_closed_at_once_and_a_closed_one_makes_room() {
    let (app, address) = app(|settings| settings.max_connections = 4);
    let mut open: Vec<_> = (0..4).map(|_| connect(address)).collect();
    assert!(open.iter().all(is_open));
    assert!(is_closed(&connect(address)));
    assert!(
        app.log().iter().any(|line| line.contains("connections are closed as they come")),
        "{:?}",
        app.log()
    );

    drop(open.pop());
    let begun = Instant::now();
    while !is_open(&connect(address)) {
        assert!(begun.elapsed() < Duration::from_secs(10), "no room was made");
    }
    assert!(is_answered(open.pop().unwrap()));
}

#[test]
fn one_client_has_so_many_connections_and_others_still_get_in() {
    let (_app, address) = app(|settings| {
        settings.max_connections_per_client = 3;
        settings.near_clients_count = true;
    });
    let open: Vec<_> = (0..3).map(|_| connect_from([127, 0, 0, 2], address)).collect();
    assert!(open.iter().all(is_open));
    assert!(is_closed(&connect_from([127, 0, 0, 2], address)));
    assert!(is_answered(connect_from([127, 0, 0, 3], address)));
    assert!(open.into_iter().all(is_answered));
}

/// A proxy that nobody has counted may stand near, and all of its connections come from one address.
#[test]
fn near_clients_are_bounded_only_where_the_operator_says_so() {
    let (_app, address) = app(|settings| settings.max_connections_per_client = 2);
    let open: Vec<_> = (0..6).map(|_| connect(address)).collect();
    assert!(open.iter().all(is_open));
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
