//! A line to a server that can go dead: what is sent stays on it, and nobody is told.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often a dead line is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// Forwards connections to a server for as long as it is not dead.
pub struct Line {
    address: SocketAddr,
    is_dead: Arc<AtomicBool>,
}

impl Line {
    /// A line to the server at `place`, `host:port`.
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn to(place: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let is_dead = Arc::new(AtomicBool::new(false));
        let (place, state) = (place.to_owned(), is_dead.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let (place, state) = (place.clone(), state.clone());
                thread::spawn(move || join(&near, &place, &state));
            }
        });
        Self { address, is_dead }
    }

    /// Where it begins, `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Lets nothing through any more, or everything again, what is on it first.
    pub fn dead(&self, is_dead: bool) {
        self.is_dead.store(is_dead, Ordering::SeqCst);
    }
}

fn join(near: &TcpStream, place: &str, is_dead: &Arc<AtomicBool>) {
    let Ok(far) = TcpStream::connect(place) else { return };
    let Ok((back_near, back_far)) = near.try_clone().and_then(|near| Ok((near, far.try_clone()?))) else {
        return;
    };
    let state = is_dead.clone();
    let back = thread::spawn(move || forward(back_far, back_near, &state));
    if let Ok(near) = near.try_clone() {
        forward(near, far, is_dead);
    }
    let _ = back.join();
}

fn forward(mut from: TcpStream, mut to: TcpStream, is_dead: &AtomicBool) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while is_dead.load(Ordering::SeqCst) {
            thread::sleep(GLANCE);
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
