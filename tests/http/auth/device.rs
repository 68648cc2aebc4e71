//! Devices: the cookie by which a person's own is told from a stranger's.

use std::time::Duration;

use insula_tests::support::{Answer, App, Device};
use serde_json::json;

use super::{PASSWORD, bytes};

const WRONG: &str = "not the password";
const NEW: &str = "a wholly different pony";
/// The network that all share.
const OFFICE: &str = "203.0.113.7";
const DAY: Duration = Duration::from_secs(86_400);

/// Somebody who logs in, on a device or without one.
fn try_on(app: &App, cookie: Option<&str>, email: &str, password: &str, code: Option<&str>) -> Answer {
    let body = json!({ "email": email, "password": password, "code": code });
    let mut request = app.request("POST", "/api/v1/auth/login").header("x-request-id", "same");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    request.from_address(OFFICE).json(&body).send()
}

fn log_in(app: &App, cookie: Option<&str>, email: &str) -> Answer {
    try_on(app, cookie, email, PASSWORD, None)
}

fn guess(app: &App, email: &str) -> Answer {
    try_on(app, None, email, WRONG, None)
}

/// What a browser would send back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// Has a new password chosen by mail.
fn reset(app: &App, email: &str, password: &str) -> Answer {
    let asked = app.request("POST", "/api/v1/auth/password/forgot").json(&json!({ "email": email }));
    let _ = asked.send().expect(202);
    let body = json!({ "token": app.code("password-reset", email), "password": password });
    app.request("POST", "/api/v1/auth/password/reset").json(&body).send().expect(204)
}

/// Guesses until the next guess is refused.
fn exhaust(app: &App, email: &str) {
    while guess(app, email).status == 401 {}
}

#[test]
fn who_has_shown_a_password_or_a_mailed_code_is_given_a_cookie_that_nobody_else_sees_and_nothing_stores() {
    let app = App::start();
    let ada = app.person("ada");
    let login = log_in(&app, None, &ada.email).expect(200);
    let change = ada
        .post("/api/v1/auth/password/change", &json!({ "current_password": PASSWORD, "new_password": NEW }));
    let given = [login, change.send().expect(204), reset(&app, &ada.email, PASSWORD)];

    for answer in &given {
        let whole = answer.header("set-cookie");
        let (pair, attributes) = whole.split_once("; ").unwrap_or_default();
        assert_eq!(
            attributes, "Max-Age=7776000; Path=/api/v1/auth; HttpOnly; Secure; SameSite=Strict",
            "{whole}"
        );
        let (name, value) = pair.split_once('=').unwrap_or_default();
        assert!(name.starts_with("insula-device-") && name.len() == 22, "{whole}");
        assert!(value.split('.').count() == 5 && !value.contains("user_"), "{whole}");
        let [nonce, .., mac] = *value.split('.').collect::<Vec<_>>() else { panic!("{whole}") };
        let dump = format!("{:?} {:?}", app.db().dump(), app.log());
        assert!(!dump.contains(nonce) && !dump.contains(mac), "{whole}");
    }
    assert_ne!(cookie(&given[0]), cookie(&log_in(&app, None, &ada.email)));

    let wrong = guess(&app, &ada.email).expect(401);
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    let registered = app.request("POST", "/api/v1/auth/register").json(&body).send().expect(201);
    assert!([wrong, registered].iter().all(|answer| !answer.headers.contains_key("set-cookie")));
}

/// Protects a person from whoever wants to keep it out, from the next desk and without a pause.
#[test]
fn a_stranger_who_never_stops_keeps_nobody_out_on_a_device_of_its_own_nor_who_chooses_a_new_password() {
    let app = App::start();
    let ada = app.person("ada");
    let mut own = cookie(&log_in(&app, None, &ada.email));
    let mut strange = 0;

    for second in 0..2 * 3_600_u64 {
        app.advance(Duration::from_secs(1));
        let _ = guess(&app, &ada.email);
        if second % 300 == 0 {
            own = cookie(&log_in(&app, Some(&own), &ada.email).expect(200));
            strange += u32::from(log_in(&app, None, &ada.email).status == 429);
        }
    }
    assert!(strange >= 22, "without the cookie it waits with the stranger: {strange} of 24 were refused");

    let lost = reset(&app, &ada.email, NEW);
    let _ = try_on(&app, Some(&cookie(&lost)), &ada.email, NEW, None).expect(200);
}

/// Protects everybody who would rather not tell that they are customers here, from those who share their network.
#[test]
fn whoever_has_no_device_can_not_tell_by_what_is_refused_who_logs_in_from_the_same_network() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = log_in(&app, None, &ada.email).expect(200);
    let compare = || {
        let [known, unknown] =
            [&*ada.email, "nobody@example.com"].map(|email| bytes(&try_on(&app, None, email, WRONG, None)));
        assert_eq!(known, unknown);
        known.0
    };
    assert_eq!(compare(), 401);

    // The account is guessed at from everywhere else.
    for number in 0..40 {
        for email in [&*ada.email, "nobody@example.com"] {
            let body = json!({ "email": email, "password": WRONG });
            let request = app.request("POST", "/api/v1/auth/login").from_address(&format!("10.7.{number}.1"));
            let _ = request.json(&body).send();
        }
    }
    assert_eq!(compare(), 429);

    // Somebody comes without a device.
    app.advance(DAY);
    for _ in 0..3 {
        assert_eq!(compare(), 401);
    }
    let _ = log_in(&app, None, &ada.email).expect(200);
    let after: Vec<u16> = (0..4).map(|_| compare()).collect();
    assert_eq!(after, [401, 401, 429, 429]);

    // The network guesses at many.
    app.advance(DAY);
    let guesses = (0..110).map(|number| guess(&app, &format!("{number}@example.com")).status);
    assert_eq!(guesses.filter(|status| *status == 401).count(), 100);
    assert_eq!(compare(), 429);
}

/// Protects an account from who has stolen a cookie, or made one up.
#[test]
fn a_cookie_is_a_strangers_that_is_changed_or_old_or_another_persons_or_of_an_earlier_password() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let good = cookie(&log_in(&app, None, &ada.email));
    let of_bob = cookie(&log_in(&app, None, &bob.email));
    let (name, _) = good.split_once('=').unwrap();
    let (_, value_of_bob) = of_bob.split_once('=').unwrap();
    let mut strange =
        vec![format!("{name}={value_of_bob}"), format!("{name}="), good.replace("password", "factor")];
    strange.push(of_bob.clone());
    for at in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
        strange.push(String::from_utf8(changed).expect("ASCII"));
    }
    exhaust(&app, &ada.email);

    for cookie in &strange {
        log_in(&app, Some(cookie), &ada.email).problem(429, "too-many-attempts");
    }
    // It is found among others, as browsers send them, and behind one that a neighbouring domain has set.
    let among = format!("theme=dark; {name}=x; {name}={value_of_bob}; {good}; lang=en");
    let _ = log_in(&app, Some(&among), &ada.email).expect(200);
    // One that isn't text is another's.
    let _ = log_in(&app, Some(&format!("name=Zo\u{eb}; {good}")), &ada.email).expect(200);
    let crumbs =
        app.request("POST", "/api/v1/auth/login").header("cookie", "theme=dark").header("cookie", &good);
    let body = json!({ "email": ada.email, "password": PASSWORD });
    let _ = crumbs.from_address(OFFICE).json(&body).send().expect(200);

    app.advance(90 * DAY - Duration::from_secs(60));
    exhaust(&app, &ada.email);
    let _ = log_in(&app, Some(&good), &ada.email).expect(200);
    app.advance(Duration::from_secs(60));
    exhaust(&app, &ada.email);
    log_in(&app, Some(&good), &ada.email).problem(429, "too-many-attempts");

    app.advance(DAY);
    let good = cookie(&log_in(&app, None, &ada.email));
    let next = cookie(&reset(&app, &ada.email, NEW));
    exhaust(&app, &ada.email);
    try_on(&app, Some(&good), &ada.email, NEW, None).problem(429, "too-many-attempts");
    // The one of the earlier password hides the present one no more than a made-up one does.
    let _ = try_on(&app, Some(&format!("{good}; {next}")), &ada.email, NEW, None).expect(200);
}

/// Protects the machine: each login costs a hash, whatever comes of it, also where nobody else's are counted.
#[test]
fn right_passwords_on_a_device_are_slowed_down_after_a_hundred_whatever_comes_of_them() {
    let app = App::start();
    let ada = app.person("ada");
    let own = cookie(&log_in(&app, None, &ada.email));
    let elsewhere = |tenant: Option<&str>| {
        let body = json!({ "email": ada.email, "password": PASSWORD, "tenant_id": tenant });
        let request = app.request("POST", "/api/v1/auth/login").header("cookie", &own);
        request.from_address(OFFICE).json(&body).send().status
    };
    let statuses: Vec<u16> = (0..105)
        .map(|number| elsewhere((number % 2 == 0).then_some("ten_01h455vb4pex5vsknk084sn02q")))
        .collect();

    let count = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(404), count(200), count(429)), (50, 50, 5), "{statuses:?}");
    // Strangers' attempts and others' devices are counted apart.
    let _ = log_in(&app, None, &ada.email).expect(200);
    app.advance(Duration::from_secs(1));
    assert_eq!(elsewhere(None), 200);
    assert_eq!(elsewhere(None), 429);
    let at_once = insula_tests::support::eight_at_once(|_| {
        app.advance(Duration::from_secs(8));
        elsewhere(None)
    });
    assert!(
        at_once.contains(&200) && at_once.iter().all(|status| [200, 429].contains(status)),
        "{at_once:?}"
    );
}

/// Protects an account from who has stolen a cookie.
#[test]
fn on_a_device_five_guesses_are_free_and_they_slow_nobody_elsewhere() {
    let app = App::start();
    let ada = app.person("ada");
    let [stolen, other] = [(); 2].map(|()| cookie(&log_in(&app, None, &ada.email)));

    let on_it = |password: &str| try_on(&app, Some(&stolen), &ada.email, password, None);
    for _ in 0..5 {
        on_it(WRONG).problem(401, "invalid-credentials");
    }

    assert_eq!(on_it(PASSWORD).problem(429, "too-many-attempts")["retry_after"], 1);
    let _ = log_in(&app, Some(&other), &ada.email).expect(200);
    let _ = log_in(&app, None, &ada.email).expect(200);
    app.advance(Duration::from_secs(1));
    let _ = on_it(PASSWORD).expect(200);
    assert_eq!((0..6).map(|_| on_it(WRONG).status).collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    let (mut looked_at, day) = (0, 24 * 60);
    for _ in 0..day {
        app.advance(Duration::from_secs(60));
        looked_at += u32::from(on_it(WRONG).status == 401);
    }
    assert!(looked_at <= 96 + 10, "{looked_at} a day");
}

/// Protects a person whose password somebody knew before there was a second factor.
#[test]
fn devices_that_have_shown_no_code_share_five_guesses_at_it_and_one_that_has_is_apart() {
    let app = App::start();
    let ada = app.person("ada");
    let thief: Vec<String> = (0..8).map(|_| cookie(&log_in(&app, None, &ada.email))).collect();
    let factor: Device = ada.enrol(&app);
    app.advance(Duration::from_secs(30));
    let email = ada.email.clone();
    let with = |cookie: Option<&str>, code: &str| try_on(&app, cookie, &email, PASSWORD, Some(code));
    let own = cookie(&with(None, &factor.code(&app)).expect(200));
    app.advance(Duration::from_secs(30));

    let wrong = factor.wrong_code(&app);
    let looked_at = thief.iter().filter(|cookie| with(Some(cookie), &wrong).status == 401).count();

    assert_eq!(looked_at, 5);
    with(None, &factor.code(&app)).problem(429, "too-many-attempts");
    let _ = with(Some(&own), &factor.code(&app)).expect(200);

    // Who had both before there was another factor has no more of that than of the password.
    app.advance(DAY);
    let tokens = with(Some(&own), &factor.code(&app)).expect(200).json();
    let ada = app.caller(tokens["access_token"].as_str().unwrap());
    app.advance(Duration::from_secs(30));
    let body = json!({ "password": PASSWORD, "code": factor.code(&app) });
    let _ = ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send().expect(204);
    let factor: Device = ada.enrol(&app);
    app.advance(Duration::from_secs(30));
    let wrong = factor.wrong_code(&app);
    let looked_at = (0..6).filter(|_| with(None, &wrong).status == 401).count();
    assert_eq!(looked_at, 5);
    with(Some(&own), &factor.code(&app)).problem(429, "too-many-attempts");
}

/// Protects a person who is logged in from who guesses elsewhere, and the other way round.
#[test]
fn in_a_session_guesses_are_counted_apart_from_all_others() {
    let app = App::start();
    let ada = app.person("ada");
    let stolen = app.log_in(&ada.email);
    exhaust(&app, &ada.email);
    let ask = |caller: &insula_tests::support::Caller<'_>| {
        caller.post("/api/v1/auth/mfa/totp", &json!({ "password": WRONG })).send()
    };

    for _ in 0..5 {
        ask(&stolen).problem(403, "wrong-password");
    }

    ask(&stolen).problem(429, "too-many-attempts");
    ask(&ada).problem(403, "wrong-password");
    app.advance(Duration::from_secs(1));
    let _ = log_in(&app, None, &ada.email).expect(200);
}
