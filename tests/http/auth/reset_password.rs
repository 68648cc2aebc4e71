//! `POST /api/v1/auth/password/reset`

use std::time::Duration;

use insula_tests::support::{Answer, App, eight_at_once};
use serde_json::json;

use super::{PASSWORD, bytes, login, refresh, session};

const LETTER: &str = "password-reset";
const NEW: &str = "a new and long password";

fn forgot(app: &App, email: &str) -> String {
    let body = json!({ "email": email });
    let _ = app.request("POST", "/api/v1/auth/password/forgot").json(&body).send().expect(202);
    app.code(LETTER, email)
}

fn reset(app: &App, token: &str, password: &str) -> Answer {
    let request = app.request("POST", "/api/v1/auth/password/reset").header("x-request-id", "same");
    request.json(&json!({ "token": token, "password": password })).send()
}

fn log_in(app: &App, email: &str, password: &str) -> Answer {
    login(app, &json!({ "email": email, "password": password }))
}

#[test]
fn sets_the_password_ends_every_session_confirms_the_address_and_tells_the_person() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let other = session(&app, &ada.email);
    let code = forgot(&app, &ada.email);

    let answer = reset(&app, &code, NEW).expect(204);

    assert!(answer.body.is_empty(), "{answer}");
    ada.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    refresh(&app, &other["refresh_token"]).problem(401, "invalid-refresh-token");
    log_in(&app, &ada.email, PASSWORD).problem(401, "invalid-credentials");
    let token = log_in(&app, &ada.email, NEW).expect(200).json()["access_token"].clone();
    let me = app.caller(token.as_str().unwrap()).get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(me["user"]["email_verified"], true);
    let _ = bob.get("/api/v1/auth/me").send().expect(200);
    let told = app.mails("password-changed", &ada.email);
    assert_eq!(told.len(), 1);
    assert!(!told[0].to_string().contains("ins_") && !told[0].to_string().contains(NEW), "{told:?}");
    assert_eq!(app.mails("password-changed", &bob.email).len(), 0);
}

/// A thief of the database finds no token in it, and a reader of the log none there.
#[test]
fn of_a_code_only_the_digest_is_stored_and_nothing_is_logged() {
    let app = App::start();
    let ada = app.person("ada");
    let code = forgot(&app, &ada.email);
    let digest = insula_domain::credential::digest(&code);
    let rows = app.db().rows("select digest from account_token where purpose = 'reset_password'");
    assert_eq!(rows, [[digest]]);
    let _ = reset(&app, &code, NEW).expect(204);
    for line in app.db().dump().iter().chain(&app.log()) {
        assert!(!line.contains(&code) && !line.contains(NEW), "{line}");
    }
}

#[test]
fn of_eight_uses_at_once_exactly_one_wins() {
    let app = App::start();
    let ada = app.person("ada");
    let code = forgot(&app, &ada.email);
    let password = |number: usize| format!("the new password {number}");

    let statuses = eight_at_once(|number| reset(&app, &code, &password(number)).status);

    let winners: Vec<usize> = (0..8).filter(|number| statuses[*number] == 204).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 204 | 403)), "{statuses:?}");
    let _ = log_in(&app, &ada.email, &password(winners[0])).expect(200);
    assert_eq!(app.mails("password-changed", &ada.email).len(), 1);
}

/// Protects a person from a stranger who asks in its name again and again: what it was mailed goes on to count.
#[test]
fn a_code_lives_its_time_however_often_another_one_is_asked_for() {
    let app = App::start();
    let ada = app.person("ada");
    let first = forgot(&app, &ada.email);
    let mut codes = vec![first.clone()];
    for _ in 0..8 {
        app.advance(Duration::from_secs(5 * 60));
        codes.push(forgot(&app, &ada.email));
    }
    codes.dedup();
    assert_eq!(codes.len(), 9);
    assert_eq!(app.db().number("select count(*) from earlier_account_token"), 8);

    let _ = reset(&app, &first, NEW).expect(204);

    // All others are of no use any more: whoever got at one of them is late.
    for code in &codes {
        reset(&app, code, "yet another password").problem(403, "invalid-token");
    }
    assert_eq!(app.db().number("select count(*) from earlier_account_token"), 0);
}

#[test]
fn an_earlier_code_ends_when_it_was_to_end_and_is_removed() {
    let app = App::start();
    let ada = app.person("ada");
    let first = forgot(&app, &ada.email);
    app.advance(Duration::from_secs(30 * 60));
    let second = forgot(&app, &ada.email);
    app.advance(Duration::from_secs(15 * 60));

    reset(&app, &first, NEW).problem(403, "invalid-token");

    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
    assert_eq!(app.db().number("select count(*) from earlier_account_token"), 0);
    let _ = reset(&app, &second, NEW).expect(204);
}

/// A code that is used while another one is asked for is not kept for a second use.
#[test]
fn of_a_reset_and_requests_for_another_code_at_once_no_earlier_code_is_left() {
    for _ in 0..5 {
        let app = App::start();
        let ada = app.person("ada");
        let code = forgot(&app, &ada.email);
        app.advance(Duration::from_secs(5 * 60));

        let statuses = eight_at_once(|number| match number {
            0 | 1 => reset(&app, &code, NEW).status,
            _ => {
                let body = json!({ "email": ada.email });
                app.request("POST", "/api/v1/auth/password/forgot").json(&body).send().status
            }
        });

        assert_eq!(statuses[..2].iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
        assert!(statuses[2..].iter().all(|status| *status == 202), "{statuses:?}");
        reset(&app, &code, "yet another password").problem(403, "invalid-token");
    }
}

#[test]
fn every_code_that_proves_nothing_is_answered_byte_for_byte_the_same_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let verification = app.code("verify-email", &ada.email);
    let code = forgot(&app, &ada.email);
    let refused = reset(&app, &format!("ins_reset_{}", "A".repeat(43)), NEW);
    refused.problem(403, "invalid-token");
    let before = app.db().dump();
    let flipped = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { "B" } else { "A" });
    let of_another_purpose = verification.replace("ins_verify_", "ins_reset_");

    for other in ["", "nonsense", &flipped, &verification, &of_another_purpose, &"x".repeat(10_000)] {
        assert_eq!(bytes(&reset(&app, other, NEW)), bytes(&refused), "{other}");
    }

    app.advance(Duration::from_secs(45 * 60));
    assert_eq!(bytes(&reset(&app, &code, NEW)), bytes(&refused), "expired");
    assert_eq!(app.db().dump(), before);
    let _ = log_in(&app, &ada.email, PASSWORD).expect(200);
}

#[test]
fn a_code_is_good_until_its_last_moment_and_once() {
    let app = App::start();
    let ada = app.person("ada");
    let code = forgot(&app, &ada.email);
    app.advance(Duration::from_millis(45 * 60_000 - 1));

    let _ = reset(&app, &code, NEW).expect(204);

    reset(&app, &code, "yet another password").problem(403, "invalid-token");
    let _ = log_in(&app, &ada.email, NEW).expect(200);
}

#[test]
fn a_password_that_breaks_the_rule_is_refused_and_the_code_stays_good() {
    let app = App::start();
    let ada = app.person("ada");
    let code = forgot(&app, &ada.email);
    let before = app.db().dump();
    for bad in ["", "too short", &"x".repeat(257)] {
        reset(&app, &code, bad).invalid("/password", "length");
    }
    assert_eq!(app.db().dump(), before);
    let _ = reset(&app, &code, NEW).expect(204);
}

/// Who reads a mail of an hour ago must not learn from it how to take over the account of today.
#[test]
fn a_reset_takes_all_other_codes_of_the_person_with_it() {
    let app = App::start();
    let ada = app.person("ada");
    let verification = app.code("verify-email", &ada.email);
    let code = forgot(&app, &ada.email);
    let _ = reset(&app, &code, NEW).expect(204);
    let body = json!({ "token": verification });
    let tokens = log_in(&app, &ada.email, NEW).expect(200).json();
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    caller.post("/api/v1/auth/verify-email", &body).send().problem(403, "invalid-token");
    assert_eq!(app.db().number("select count(*) from account_token"), 0);
}

/// Somebody may have registered with an address that is another's, and left a way in.
#[test]
fn who_takes_an_account_over_by_its_address_is_rid_of_what_the_one_before_left_in_it() {
    let app = App::start();
    let eve = app.person("eve");
    let key = eve.key(&["read"]);
    let _ = eve.enrol(&app);
    let code = forgot(&app, &eve.email);

    let _ = reset(&app, &code, NEW).expect(204);

    key.get("/api/v1/reports").send().problem(401, "unauthenticated");
    let _ = log_in(&app, &eve.email, NEW).expect(200);
    assert_eq!(app.db().number("select count(*) from second_factor"), 0);
    assert_eq!(app.db().number("select count(*) from recovery_code"), 0);
}

/// Whoever reads a person's mail has one factor, and must not get rid of the other.
#[test]
fn the_second_factor_of_a_proven_address_stays() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = reset(&app, &forgot(&app, &ada.email), NEW).expect(204);
    let token = log_in(&app, &ada.email, NEW).expect(200).json()["access_token"].clone();
    app.db().execute("delete from mail");
    let begun = app.caller(token.as_str().unwrap());
    let begun = begun.post("/api/v1/auth/mfa/totp", &json!({ "password": NEW })).send().expect(200).json();
    let device = insula_tests::support::Device::new(begun["secret"].as_str().unwrap());
    let code = json!({ "code": device.code(&app) });
    let confirm = app.caller(token.as_str().unwrap()).post("/api/v1/auth/mfa/totp/confirm", &code);
    let _ = confirm.send().expect(200);
    app.advance(Duration::from_secs(600));

    let _ = reset(&app, &forgot(&app, &ada.email), PASSWORD).expect(204);

    log_in(&app, &ada.email, PASSWORD).problem(401, "second-factor-required");
}
