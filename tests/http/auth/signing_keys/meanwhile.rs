//! What others do while keys come and go.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use insula_tests::support::{Database, at_once, wait_until};
use serde_json::json;

use super::super::{PASSWORD, login, register};
use super::{MINUTE, eddsa, es256, published, rotate, rs256, started, token, verifies, without_key};

/// Protects those who are logged in or log in while keys come and go, whichever of the hosts they reach.
#[test]
fn while_keys_are_rotated_no_request_of_any_host_fails() {
    const CLIENTS: usize = 4;
    // In the time of one key: so that nobody has more sessions in it than a person may have.
    const ROUNDS: usize = 3;
    let app = started(eddsa).without_limits();
    let beside = app.beside(|settings| without_key(settings, "EdDSA"));
    // A file of SQLite belongs to one host.
    let other = if let Database::Postgres(_) = app.db() { &beside } else { &app };
    let hosts = [&app, other];
    let _ = token(&app);
    let rounds: [AtomicUsize; CLIENTS] = Default::default();
    let (allowed, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = |number: usize| rounds[number].load(Ordering::SeqCst);
    let is_over = || over.load(Ordering::SeqCst);
    let signers = at_once(CLIENTS + 1, |number| {
        // Whoever fails lets the others end.
        let _ends = Ends(&over);
        let mut signers = BTreeSet::new();
        if number == CLIENTS {
            for rotation in 1..=6 {
                allowed.store(rotation * ROUNDS, Ordering::SeqCst);
                assert_eq!(rotate(hosts[rotation % 2], &json!({}))["rotated"], true);
                wait_until(|| is_over() || (0..CLIENTS).all(|client| done(client) == rotation * ROUNDS));
                // Nobody is in the middle of anything: no token is older than the time that goes on here.
                app.advance(MINUTE * 11);
            }
            return signers;
        }
        let (host, other) = (hosts[number % 2], hosts[(number + 1) % 2]);
        loop {
            wait_until(|| is_over() || done(number) < allowed.load(Ordering::SeqCst));
            if is_over() {
                return signers;
            }
            let token = token(host);
            assert!(verifies(&token, &published(other)), "{token}");
            let _ = other.caller(&token).get("/api/v1/auth/me").send().expect(200);
            signers.insert(jsonwebtoken::decode_header(&token).unwrap().kid.unwrap());
            let _ = rounds[number].fetch_add(1, Ordering::SeqCst);
        }
    });
    let signers: BTreeSet<String> = signers.into_iter().flatten().collect();
    assert!(signers.len() >= 6, "only {} keys signed", signers.len());
}

/// Protects those who log in at the moment from which the next key signs, while the time goes on.
#[test]
fn through_the_moment_when_the_next_key_begins_to_sign_no_request_fails() {
    for algorithm in [rs256, es256, eddsa] {
        let app = started(algorithm).without_limits();
        let _ = token(&app);
        let emails = ["a", "b", "c"].map(|name| format!("{name}@example.com"));
        for email in &emails {
            let _ = register(&app, &json!({ "email": email, "password": PASSWORD })).expect(201);
        }
        let (over, steps) = (AtomicBool::new(false), AtomicUsize::new(0));
        let rounds: [AtomicUsize; 3] = Default::default();
        let is_over = || over.load(Ordering::SeqCst);
        let signers = at_once(emails.len() + 1, |number| {
            let _ends = Ends(&over);
            let mut signers = Vec::new();
            let Some(email) = emails.get(number) else {
                assert_eq!(rotate(&app, &json!({}))["rotated"], true);
                for step in 1..=40 {
                    steps.store(step, Ordering::SeqCst);
                    // Each is somewhere in its round when the time goes on.
                    let done = |client: &AtomicUsize| client.load(Ordering::SeqCst) >= step;
                    wait_until(|| is_over() || rounds.iter().all(done));
                    app.advance(Duration::from_secs(20));
                }
                return signers;
            };
            loop {
                // At most a round ahead.
                let round = rounds[number].load(Ordering::SeqCst);
                wait_until(|| is_over() || round <= steps.load(Ordering::SeqCst));
                if is_over() {
                    return signers;
                }
                let answer = login(&app, &json!({ "email": email, "password": PASSWORD })).expect(200).json();
                let token = answer["access_token"].as_str().unwrap();
                assert!(verifies(token, &published(&app)), "{token}");
                let _ = app.caller(token).get("/api/v1/auth/me").send().expect(200);
                signers.push(jsonwebtoken::decode_header(token).unwrap().kid.unwrap());
                let _ = rounds[number].fetch_add(1, Ordering::SeqCst);
            }
        });
        let signers: BTreeSet<String> = signers.into_iter().flatten().collect();
        assert_eq!(signers.len(), 2, "the one before and the next");
    }
}

/// Says that it is over, however it comes to that.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
