//! `POST` and `DELETE /api/v1/auth/mfa/totp`, `POST …/confirm`, and logins with a second factor.

use std::time::Duration;

use insula_tests::support::{Answer, App, Device, Person, eight_at_once};
use serde_json::{Value, json};

use super::{PASSWORD, bytes, login};

const PATH: &str = "/api/v1/auth/mfa/totp";
const CONFIRM: &str = "/api/v1/auth/mfa/totp/confirm";
const CODES: &str = "/api/v1/auth/mfa/totp/recovery-codes";
const STEP: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3_600);

/// A person with a second factor, half a minute after it was confirmed.
fn enrolled<'a>(app: &'a App, name: &str) -> (Person<'a>, Device) {
    let person = app.person(name);
    let device = person.enrol(app);
    app.advance(STEP);
    (person, device)
}

fn log_in(app: &App, email: &str, code: Option<&str>) -> Answer {
    login(app, &json!({ "email": email, "password": PASSWORD, "code": code }))
}

fn log_in_from(app: &App, address: &str, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "code": code });
    app.request("POST", "/api/v1/auth/login").from_address(address).json(&body).send()
}

fn state(person: &Person<'_>) -> Value {
    person.get("/api/v1/auth/me").send().expect(200).json()["second_factor"].clone()
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[test]
fn it_counts_from_its_confirmation_on() {
    let app = App::start();
    let ada = app.person("ada");
    assert_eq!(state(&ada), json!({ "state": "none", "recovery_codes_left": 0 }));

    let begun = ada.post(PATH, &json!({ "password": PASSWORD })).send().expect(200).json();

    let device = Device::new(begun["secret"].as_str().unwrap());
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Insula:ada%40example.com?secret="), "{uri}");
    assert_eq!(state(&ada)["state"], "unconfirmed");
    let _ = log_in(&app, &ada.email, None).expect(200);
    let wrong = ada.post(CONFIRM, &json!({ "code": device.wrong_code(&app) })).send();
    wrong.problem(403, "code-refused");

    let confirmed = ada.post(CONFIRM, &json!({ "code": device.code(&app) })).send().expect(200).json();

    assert_eq!(confirmed["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(state(&ada), json!({ "state": "enabled", "recovery_codes_left": 10 }));
    let refused = log_in(&app, &ada.email, None);
    refused.problem(401, "second-factor-required");
    assert!(refused.header("www-authenticate").starts_with("Bearer "), "{refused}");
    log_in(&app, &ada.email, Some(&device.code(&app))).problem(401, "wrong-code");
    app.advance(STEP);
    let _ = log_in(&app, &ada.email, Some(&device.code(&app))).expect(200);
}

#[test]
fn what_is_there_or_not_there_is_a_conflict() {
    let app = App::start();
    let (ada, _) = enrolled(&app, "ada");
    let bob = app.person("bob");

    ada.post(PATH, &json!({ "password": PASSWORD })).send().problem(409, "second-factor-enabled");
    ada.post(CONFIRM, &json!({ "code": "123456" })).send().problem(409, "second-factor-enabled");
    bob.post(CONFIRM, &json!({ "code": "123456" })).send().problem(409, "no-second-factor");
    let body = json!({ "password": PASSWORD, "code": "123456" });
    bob.request("DELETE", PATH).json(&body).send().problem(409, "no-second-factor");
}

/// Protects whoever has a second factor from everybody who doesn't know the password: nobody is told of it.
#[test]
fn a_wrong_password_is_answered_as_ever_whatever_code_is_with_it() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let code = device.code(&app);
    let send = |email: &str, code: Option<&str>| {
        bytes(&login(&app, &json!({ "email": email, "password": "not the password", "code": code })))
    };

    let unknown = send("nobody@example.com", None);

    assert_eq!(unknown.0, 401);
    assert_eq!(send(&ada.email, None), unknown);
    assert_eq!(send(&ada.email, Some(&code)), unknown);
    assert_eq!(
        app.db().number("select last_step * 30 from second_factor"),
        1_893_456_000,
        "no code was taken"
    );
}

#[test]
fn a_code_works_once_and_so_does_each_earlier_one() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let now = app.now_seconds();
    let (earlier, code, later) = (device.code_at(now - 30), device.code_at(now), device.code_at(now + 30));

    log_in(&app, &ada.email, Some(&earlier)).problem(401, "wrong-code");
    let _ = log_in(&app, &ada.email, Some(&code)).expect(200);
    log_in(&app, &ada.email, Some(&code)).problem(401, "wrong-code");
    let _ = log_in(&app, &ada.email, Some(&later)).expect(200);
    log_in(&app, &ada.email, Some(&code)).problem(401, "wrong-code");
}

#[test]
fn a_code_that_is_two_steps_old_or_early_is_wrong() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    app.advance(HOUR);
    let now = app.now_seconds();
    for seconds in [now - 60, now + 60] {
        log_in(&app, &ada.email, Some(&device.code_at(seconds))).problem(401, "wrong-code");
    }
    let _ = log_in(&app, &ada.email, Some(&device.code_at(now - 30))).expect(200);
}

/// Protects a person whose code somebody reads while it is typed.
#[test]
fn of_eight_logins_at_once_with_one_code_one_gets_in() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let code = device.code(&app);
    let before = app.db().number("select count(*) from session");

    let answers = eight_at_once(|_| log_in(&app, &ada.email, Some(&code)));

    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert_eq!(count(&answers, 401) + count(&answers, 429), 7, "{answers:?}");
    assert_eq!(app.db().number("select count(*) from session"), before + 1);
}

#[test]
fn a_recovery_code_works_once_also_for_eight_at_once() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let [first, second] = [&device.recovery_codes[0], &device.recovery_codes[1]];

    let answers = eight_at_once(|_| log_in(&app, &ada.email, Some(first)));

    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert_eq!(state(&ada)["recovery_codes_left"], 9);
    app.advance(HOUR * 4);
    let ada = Person {
        caller: app.caller(&{
            let typed = second.to_uppercase().replace('-', " ");
            let answer = log_in(&app, &ada.email, Some(&typed)).expect(200).json();
            answer["access_token"].as_str().unwrap().to_owned()
        }),
        ..ada
    };
    assert_eq!(state(&ada)["recovery_codes_left"], 8);
    log_in(&app, &ada.email, Some(second)).problem(401, "wrong-code");
}

#[test]
fn recovery_codes_are_replaced_with_password_and_code_and_the_earlier_ones_end() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let renew = |code: &str| ada.post(CODES, &json!({ "password": PASSWORD, "code": code })).send();
    let used = &device.recovery_codes[0];
    let _ = log_in(&app, &ada.email, Some(used)).expect(200);

    let answer = renew(&device.code(&app)).expect(200);

    let codes: Vec<String> = serde_json::from_value(answer.json()["recovery_codes"].clone()).unwrap();
    assert_eq!((codes.len(), state(&ada)), (10, json!({ "state": "enabled", "recovery_codes_left": 10 })));
    assert!(codes.iter().all(|code| !device.recovery_codes.contains(code)));
    let stored = app.db().dump().concat();
    assert!(codes.iter().all(|code| !stored.contains(code) && !stored.contains(&code.replace('-', ""))));
    log_in(&app, &ada.email, Some(&device.recovery_codes[1])).problem(401, "wrong-code");
    let _ = log_in(&app, &ada.email, Some(&codes[0])).expect(200);
    // A code of the list stands in for the device here too, and the code of the app was taken.
    renew(&device.code(&app)).problem(403, "code-refused");
    let _ = renew(&codes[1]).expect(200);
    log_in(&app, &ada.email, Some(&codes[2])).problem(401, "wrong-code");
}

/// Protects a person whose token somebody has stolen: it doesn't lead to codes that outlive it.
#[test]
fn recovery_codes_are_replaced_for_nobody_without_both_and_guesses_are_counted() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let bob = app.person("bob");
    let renew =
        |password: &str, code: &str| ada.post(CODES, &json!({ "password": password, "code": code })).send();
    let stored = app.db().rows("select digest from recovery_code order by digest");

    renew("not the password", &device.code(&app)).problem(403, "wrong-password");
    for _ in 0..5 {
        renew(PASSWORD, &device.wrong_code(&app)).problem(403, "code-refused");
    }
    renew(PASSWORD, &device.code(&app)).problem(429, "too-many-attempts");

    assert_eq!(app.db().rows("select digest from recovery_code order by digest"), stored);
    let body = json!({ "password": PASSWORD, "code": "123456" });
    bob.post(CODES, &body).send().problem(409, "no-second-factor");
}

/// Two lists at once would leave their owner with one, and a thief with the other.
#[test]
fn of_many_who_replace_recovery_codes_at_once_ten_codes_are_left_of_one_of_them() {
    let app = App::start().without_limits();
    let (ada, device) = enrolled(&app, "ada");

    let answers = insula_tests::support::at_once(4, |number| {
        let body = json!({ "password": PASSWORD, "code": device.recovery_codes[number] });
        ada.post(CODES, &body).send()
    });

    assert_eq!(count(&answers, 200), 1, "a list's codes end when another takes its place: {answers:?}");
    assert_eq!(state(&ada)["recovery_codes_left"], 10);
}

#[test]
fn a_recovery_code_is_worth_nothing_to_somebody_else() {
    let app = App::start();
    let (_, device) = enrolled(&app, "ada");
    let (bob, _) = enrolled(&app, "bob");
    log_in(&app, &bob.email, Some(&device.recovery_codes[0])).problem(401, "wrong-code");
}

/// Protects a person whose password somebody knows: six digits are soon guessed by whoever may try them all.
#[test]
fn codes_can_be_guessed_five_times_from_all_networks_together() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let guess = |network: usize| {
        let wrong = device.wrong_code(&app);
        log_in_from(&app, &format!("10.0.{network}.1"), &ada.email, &wrong)
    };

    for network in 0..5 {
        guess(network).problem(401, "wrong-code");
        // That the password is right makes no room.
        log_in(&app, &ada.email, None).problem(401, "second-factor-required");
    }

    let refused = guess(5);
    refused.problem(429, "too-many-attempts");
    assert_eq!(refused.header("retry-after"), "1");
    let right = device.code(&app);
    log_in_from(&app, "10.0.6.1", &ada.email, &right).problem(429, "too-many-attempts");
    for wait in [1, 2, 4] {
        app.advance(Duration::from_secs(wait));
        guess(7).problem(401, "wrong-code");
        guess(8).problem(429, "too-many-attempts");
    }
}

#[test]
fn of_many_guesses_at_once_five_are_looked_at() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let wrong = device.wrong_code(&app);

    let answers = insula_tests::support::at_once(12, |number| {
        log_in_from(&app, &format!("10.0.{number}.1"), &ada.email, &wrong)
    });

    assert_eq!((count(&answers, 401), count(&answers, 429)), (5, 7), "{answers:?}");
}

/// Protects a person whose token somebody has stolen.
#[test]
fn without_the_password_nothing_is_begun_or_removed_and_guesses_at_it_are_counted() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let bob = app.person("bob");
    let before = app.db().dump();
    for _ in 0..5 {
        bob.post(PATH, &json!({ "password": "not the password" })).send().problem(403, "wrong-password");
        let body = json!({ "password": "not the password", "code": device.code(&app) });
        ada.request("DELETE", PATH).json(&body).send().problem(403, "wrong-password");
    }
    bob.post(PATH, &json!({ "password": PASSWORD })).send().problem(429, "too-many-attempts");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn it_is_removed_with_password_and_code_and_the_recovery_codes_with_it() {
    let app = App::start();
    let (ada, device) = enrolled(&app, "ada");
    let remove =
        |code: &str| ada.request("DELETE", PATH).json(&json!({ "password": PASSWORD, "code": code })).send();
    remove(&device.wrong_code(&app)).problem(403, "code-refused");

    let _ = remove(&device.recovery_codes[3]).expect(204);

    assert_eq!(state(&ada), json!({ "state": "none", "recovery_codes_left": 0 }));
    assert_eq!(app.db().number("select count(*) from recovery_code"), 0);
    let _ = log_in(&app, &ada.email, None).expect(200);
    let _ = ada.enrol(&app);
}

#[test]
fn of_eight_confirmations_at_once_one_is_told_the_recovery_codes() {
    let app = App::start();
    let ada = app.person("ada");
    let begun = ada.post(PATH, &json!({ "password": PASSWORD })).send().expect(200).json();
    let code = Device::new(begun["secret"].as_str().unwrap()).code(&app);

    let answers = eight_at_once(|_| ada.post(CONFIRM, &json!({ "code": code })).send());

    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert_eq!(app.db().number("select count(*) from recovery_code"), 10);
}

/// Protects the people behind the rows if the database is stolen or changed.
#[test]
fn secrets_are_sealed_for_their_person_and_of_recovery_codes_only_digests_are_kept() {
    let app = App::start();
    let ada = app.person("ada");
    let begun = ada.post(PATH, &json!({ "password": PASSWORD })).send().expect(200).json();
    let secret = begun["secret"].as_str().unwrap();
    let device = Device::new(secret);
    let (bob, bobs) = enrolled(&app, "bob");

    let dump = app.db().dump().concat();

    assert!(!dump.contains(secret) && !dump.contains(&secret.to_lowercase()));
    assert!(bobs.recovery_codes.iter().all(|code| !dump.contains(&code.replace('-', ""))));
    // Ada's secret in the place of Bob's opens nothing, not even with Ada's codes.
    app.db().execute(&format!(
        "update second_factor set secret = (select secret from second_factor where user_id = '{}')
         where user_id = '{}'",
        ada.user_id, bob.user_id
    ));
    log_in(&app, &bob.email, Some(&device.code(&app))).problem(500, "internal");
}

/// A thief of the password may have logged in before its owner had a second factor.
#[test]
fn sessions_that_were_made_without_it_end_when_it_counts() {
    let app = App::start();
    let ada = app.person("ada");
    let thief = super::session(&app, &ada.email);

    let _ = ada.enrol(&app);

    let _ = ada.get("/api/v1/auth/me").send().expect(200);
    let token = thief["access_token"].as_str().unwrap();
    app.caller(token).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    super::refresh(&app, &thief["refresh_token"]).problem(401, "invalid-refresh-token");
}

#[test]
fn a_login_beside_the_confirmation_shows_a_code_or_ends() {
    let app = App::start();
    let ada = app.person("ada");
    let begun = ada.post(PATH, &json!({ "password": PASSWORD })).send().expect(200).json();
    let device = Device::new(begun["secret"].as_str().unwrap());

    let answers = insula_tests::support::at_once(4, |number| match number {
        0 => ada.post(CONFIRM, &json!({ "code": device.code(&app) })).send(),
        _ => log_in(&app, &ada.email, None),
    });

    let _ = answers[0].clone().expect(200);
    for answer in &answers[1..] {
        if answer.status == 200 {
            let token = answer.json()["access_token"].as_str().unwrap().to_owned();
            app.caller(&token).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
        } else {
            answer.problem(401, "second-factor-required");
        }
    }
    assert_eq!(app.db().number("select count(*) from session where ended_at_ms is null"), 1);
}
