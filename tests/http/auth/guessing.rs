//! Guessing passwords: how often, from where, and what it costs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use insula_tests::support::{Answer, App, at_once};
use serde_json::json;

use super::{PASSWORD, bytes, refresh, session};

const WRONG: &str = "not the password";
/// Networks that are nobody's.
const HOME: &str = "203.0.113.7";
const AWAY: &str = "198.51.100.9";

fn try_from(app: &App, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    let request = app.request("POST", "/api/v1/auth/login").header("x-request-id", "same");
    request.from_address(address).json(&body).send()
}

/// Another network, in surroundings of its own, for each number.
fn network(number: usize) -> String {
    format!("10.{}.{}.1", number / 250, number % 250)
}

/// Guesses until a guess is refused, and returns how many were looked at.
#[track_caller]
fn guess_until_refused(app: &App, address: &str, email: &str) -> usize {
    for looked_at in 0..500 {
        match try_from(app, address, email, WRONG) {
            answer if answer.status == 429 => return looked_at,
            answer => answer.problem(401, "invalid-credentials"),
        };
    }
    panic!("nobody was refused");
}

fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for answer in answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    statuses
}

#[test]
fn after_five_failures_each_next_guess_waits_twice_as_long_and_the_right_password_too() {
    let app = App::start();
    let ada = app.person("ada");
    for _ in 0..5 {
        try_from(&app, HOME, &ada.email, WRONG).problem(401, "invalid-credentials");
    }

    for wait in [1, 2, 4, 8] {
        let refused = try_from(&app, HOME, &ada.email, PASSWORD);
        let problem = refused.problem(429, "too-many-attempts");
        assert_eq!(
            (refused.header("retry-after"), &problem["retry_after"]),
            (&*wait.to_string(), &json!(wait))
        );
        app.advance(Duration::from_millis(wait * 1_000 - 1));
        let refused = try_from(&app, HOME, &ada.email, PASSWORD);
        assert_eq!(refused.problem(429, "too-many-attempts")["retry_after"], 1, "one millisecond is left");
        app.advance(Duration::from_millis(1));
        try_from(&app, HOME, &ada.email, WRONG).problem(401, "invalid-credentials");
    }
    app.advance(Duration::from_secs(16));
    let _ = try_from(&app, HOME, &ada.email, PASSWORD).expect(200);
    assert_eq!(app.db().number("select count(*) from session"), 2, "a refused attempt made none");
    assert_eq!(guess_until_refused(&app, HOME, &ada.email), 1, "a success makes no room for others");
}

#[test]
fn whoever_keeps_guessing_is_let_in_once_in_a_quarter_of_an_hour_and_no_later() {
    let app = App::start();
    let ada = app.person("ada");
    for _ in 0..20 {
        guess_until_refused(&app, HOME, &ada.email);
        app.advance(Duration::from_secs(15 * 60));
    }
    let _ = try_from(&app, HOME, &ada.email, PASSWORD).expect(200);
}

/// Protects everybody who would rather not tell that they are customers here.
#[test]
fn an_unknown_address_is_refused_byte_for_byte_as_a_known_one() {
    let app = App::start();
    let ada = app.person("ada");
    let emails = [&*ada.email, "nobody@example.com", "no address"];

    for _ in 0..8 {
        let [known, unknown, malformed] = emails.map(|email| bytes(&try_from(&app, HOME, email, WRONG)));
        assert_eq!(known, unknown);
        assert_eq!(known, malformed);
    }

    assert_eq!(try_from(&app, HOME, emails[0], WRONG).status, 429);
}

/// Protects a person from whoever wants to keep it out.
#[test]
fn who_comes_without_a_device_of_its_own_waits_with_the_strangers_but_not_for_long() {
    let app = App::start();
    let ada = app.person("ada");
    for number in 0..40 {
        let _ = try_from(&app, &network(number), &ada.email, WRONG);
    }
    assert_eq!(try_from(&app, &network(99), &ada.email, WRONG).status, 429);

    let refused = try_from(&app, AWAY, &ada.email, PASSWORD);
    let wait = refused.problem(429, "too-many-attempts")["retry_after"].as_u64().unwrap();
    assert!(wait <= 30, "{refused}");
    app.advance(Duration::from_secs(wait));
    let _ = try_from(&app, AWAY, &ada.email, PASSWORD).expect(200);
}

/// Protects an account from an attacker who has many addresses.
#[test]
fn whoever_has_many_networks_is_held_to_the_pace_of_the_account() {
    let app = App::start();
    let ada = app.person("ada");

    let answers: Vec<Answer> =
        (0..60).map(|number| try_from(&app, &network(number), &ada.email, WRONG)).collect();

    assert_eq!(statuses(&answers), BTreeMap::from([(401, 20), (429, 40)]));
    let minutes = 10;
    let mut looked_at = 0;
    for number in 0..minutes * 60 {
        app.advance(Duration::from_secs(1));
        looked_at += u32::from(try_from(&app, &network(100 + number), &ada.email, WRONG).status == 401);
    }
    assert!(looked_at <= 6 + 2 * u32::try_from(minutes).unwrap(), "{looked_at} in {minutes} minutes");
}

/// Protects all accounts from an attacker who tries one password with each.
#[test]
fn whoever_tries_many_accounts_is_held_to_the_pace_of_the_network() {
    let app = App::start();
    let bob = app.person("bob");
    let guess = |number: usize| try_from(&app, HOME, &format!("{number}@example.com"), WRONG);

    let answers: Vec<Answer> = (0..110).map(guess).collect();

    assert_eq!(statuses(&answers), BTreeMap::from([(401, 100), (429, 10)]));
    let _ = try_from(&app, AWAY, &bob.email, PASSWORD).expect(200);
    let refused = try_from(&app, HOME, &bob.email, PASSWORD);
    let wait = refused.problem(429, "too-many-attempts")["retry_after"].as_u64().unwrap();
    assert!(wait <= 60, "{refused}");
    app.advance(Duration::from_secs(wait));
    let _ = try_from(&app, HOME, &bob.email, PASSWORD).expect(200);
}

/// Protects all accounts from an attacker whose provider gives it 2^64 addresses.
#[test]
fn of_ipv6_addresses_all_in_64_bits_are_one_network() {
    let app = App::start();
    let guess = |number: usize, network: &str| {
        try_from(&app, &format!("{network}:{number:x}"), &format!("{number}@example.com"), WRONG)
    };

    let answers: Vec<Answer> = (1..=110).map(|number| guess(number, "2001:db8:1:2:3:4:5")).collect();

    assert_eq!(statuses(&answers), BTreeMap::from([(401, 100), (429, 10)]));
    assert_eq!(guess(200, "2001:db8:1:3:3:4:5").status, 401);
}

/// Protects all accounts from an attacker who has one of its own.
#[test]
fn logging_in_to_an_account_of_ones_own_makes_no_room_for_more_guesses() {
    let app = App::start();
    let mallory = app.person("mallory");
    let mut looked_at = 0;

    for number in 0..120 {
        if number % 4 == 0 {
            let _ = try_from(&app, HOME, &mallory.email, PASSWORD);
        }
        let answer = try_from(&app, HOME, &format!("{number}@example.com"), WRONG);
        looked_at += usize::from(answer.status == 401);
    }

    assert_eq!(looked_at, 100);
}

/// Protects an account from an attacker who is quicker than the count.
#[test]
fn of_fifty_guesses_at_once_five_are_looked_at() {
    let app = App::start();
    let ada = app.person("ada");

    let answers = at_once(50, |_| try_from(&app, HOME, &ada.email, WRONG));

    assert_eq!(statuses(&answers), BTreeMap::from([(401, 5), (429, 45)]));
}

/// Protects all accounts from an attacker who is quicker than the count.
#[test]
fn of_128_guesses_by_16_at_once_from_one_network_at_as_many_accounts_100_are_looked_at() {
    let app = App::start();

    let answers = at_once(16, |guesser| {
        let guess = |number: usize| try_from(&app, HOME, &format!("{guesser}-{number}@example.com"), WRONG);
        (0..8).map(guess).collect::<Vec<_>>()
    });

    assert_eq!(statuses(&answers.concat()), BTreeMap::from([(401, 100), (429, 28)]));
}

/// Protects the machine: whoever guesses too often doesn't make it hash.
#[test]
fn a_refused_attempt_costs_no_hash() {
    let app = App::start();
    let ada = app.person("ada");
    let shortest = |count: usize, status: u16| {
        let time = |_| {
            let start = Instant::now();
            let answer = try_from(&app, HOME, &ada.email, WRONG);
            assert_eq!(answer.status, status, "{answer}");
            start.elapsed()
        };
        (0..count).map(time).min().unwrap()
    };

    let (looked_at, refused) = (shortest(5, 401), shortest(20, 429));

    assert!(refused * 2 < looked_at, "{refused:?} for a refused attempt, {looked_at:?} for one with a hash");
}

/// Protects the people behind the addresses if the database is stolen.
#[test]
fn neither_an_address_nor_a_network_is_stored() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = try_from(&app, HOME, &ada.email, WRONG);
    let _ = try_from(&app, HOME, "bob@example.com", WRONG);

    let stored: Vec<String> = app.db().rows("select subject from guess").concat();

    assert!(stored.len() >= 6, "{stored:?}");
    let is_digest = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(stored.iter().all(is_digest), "{stored:?}");
    let log = app.log().concat();
    assert!(!log.contains("example.com"), "{log}");
}

#[test]
fn what_is_forgotten_is_removed_by_the_tick_a_day_later() {
    let app = App::start();
    let _ = try_from(&app, HOME, "bob@example.com", WRONG);
    let left = || app.db().number("select count(*) from guess");
    let tick = || drop(app.operator().request("POST", "/internal/tick").send().expect(200));
    assert_eq!(left(), 5);
    app.advance(Duration::from_secs(60));
    tick();
    assert_eq!(left(), 5, "nothing goes under the hands of who is there right now");
    app.advance(Duration::from_secs(24 * 3600));
    tick();
    assert_eq!(left(), 1, "the account from this network is remembered longest");
    app.advance(Duration::from_secs(15 * 60));
    tick();
    assert_eq!(left(), 0);
}

/// Protects the database from whoever tries tokens, and nobody's session from them.
#[test]
fn whoever_tries_refresh_tokens_is_slowed_down_and_right_ones_work_meanwhile() {
    let app = App::start();
    let ada = app.person("ada");
    let tokens = session(&app, &ada.email);
    let attempt = |number: usize| refresh(&app, &json!(format!("ins_refresh_{number}")));
    for number in 0..100 {
        attempt(number).problem(401, "invalid-refresh-token");
    }

    let refused = attempt(100);

    refused.problem(429, "too-many-attempts");
    assert_eq!(refused.header("retry-after"), "1");
    let _ = refresh(&app, &tokens["refresh_token"]).expect(200);
}
