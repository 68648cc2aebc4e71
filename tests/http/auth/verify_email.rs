//! `POST /api/v1/auth/verify-email` and `POST /api/v1/auth/verify-email/send`

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::json;

use super::bytes;

const LETTER: &str = "verify-email";
const PAUSE: Duration = Duration::from_secs(5 * 60);

fn verify(app: &App, token: &str) -> Answer {
    let request = app.request("POST", "/api/v1/auth/verify-email").header("x-request-id", "same");
    request.json(&json!({ "token": token })).send()
}

fn ask(caller: &Caller<'_>) -> Answer {
    caller.request("POST", "/api/v1/auth/verify-email/send").send().expect(202)
}

#[track_caller]
fn is_verified(caller: &Caller<'_>) -> bool {
    caller.get("/api/v1/auth/me").send().expect(200).json()["user"]["email_verified"].as_bool().unwrap()
}

#[test]
fn the_code_that_is_mailed_at_registration_confirms_the_address_once() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    assert!(!is_verified(&ada));
    let code = app.code(LETTER, &ada.email);
    assert!(code.starts_with("ins_verify_") && code.len() == "ins_verify_".len() + 43, "{code}");

    let answer = verify(&app, &code).expect(204);

    assert!(answer.body.is_empty(), "{answer}");
    assert!(is_verified(&ada) && !is_verified(&bob));
    verify(&app, &code).problem(403, "invalid-token");
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
}

/// Of a token only the digest is stored; of the mail nothing but its being delivered.
#[test]
fn neither_code_nor_address_stands_in_the_database_in_the_clear() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    let code = app.code(LETTER, &ada.email);

    let after = app.db().dump();

    for lines in [&before, &after] {
        assert!(!lines.iter().any(|line| line.contains(&code)));
        let mail = lines.iter().filter(|line| line.starts_with("mail"));
        assert!(mail.clone().count() > 0);
        for line in mail {
            assert!(!line.contains("example.com") && !line.contains("ins_"), "{line}");
        }
    }
    assert_eq!(app.db().rows("select state, content from mail"), [["delivered", "null"]]);
    assert!(!app.log().iter().any(|line| line.contains(&code) || line.contains("example.com")));
}

#[test]
fn another_code_can_be_asked_for_once_in_a_while_and_replaces_the_earlier_one() {
    let app = App::start();
    let ada = app.person("ada");
    let first = app.code(LETTER, &ada.email);
    for _ in 0..3 {
        ask(&ada);
    }
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1, "nothing more within the pause");
    app.advance(PAUSE);

    ask(&ada);

    assert_eq!(app.mails(LETTER, &ada.email).len(), 2);
    let second = app.code(LETTER, &ada.email);
    verify(&app, &first).problem(403, "invalid-token");
    let _ = verify(&app, &second).expect(204);
    app.advance(PAUSE);
    ask(&ada);
    assert_eq!(app.mails(LETTER, &ada.email).len(), 2, "there is nothing to confirm any more");
}

#[test]
fn eight_who_ask_at_once_get_one_mail() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    app.advance(PAUSE);

    let statuses = eight_at_once(|_| ask(&ada).status);

    assert_eq!(statuses, [202; 8]);
    assert_eq!(app.mails(LETTER, &ada.email).len(), 2);
}

/// Whatever is wrong with a code, the answer tells only that it is not valid.
#[test]
fn every_code_that_proves_nothing_is_answered_byte_for_byte_the_same() {
    let app = App::start();
    let ada = app.person("ada");
    let code = app.code(LETTER, &ada.email);
    let guessed = format!("ins_verify_{}", "A".repeat(43));
    let refused = verify(&app, &guessed);
    refused.problem(403, "invalid-token");
    let flipped = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { "B" } else { "A" });
    let of_another_purpose = code.replace("ins_verify_", "ins_reset_");

    for other in ["", "nonsense", &flipped, &of_another_purpose, &format!(" {code}"), &"x".repeat(10_000)] {
        assert_eq!(bytes(&verify(&app, other)), bytes(&refused), "{other}");
    }

    app.advance(Duration::from_secs(7 * 86_400));
    assert_eq!(bytes(&verify(&app, &code)), bytes(&refused), "expired");
    let ada = app.log_in(&ada.email);
    assert!(!is_verified(&ada));
    ask(&ada);
    let _ = verify(&app, &app.code(LETTER, "ada@example.com")).expect(204);
    assert!(is_verified(&ada));
}

#[test]
fn of_eight_who_present_a_code_at_once_one_is_heard() {
    let app = App::start();
    let ada = app.person("ada");
    let code = app.code(LETTER, &ada.email);

    let mut statuses = eight_at_once(|_| verify(&app, &code).status);

    statuses.sort_unstable();
    assert_eq!(statuses, [204, 403, 403, 403, 403, 403, 403, 403]);
    assert!(is_verified(&ada));
}

#[test]
fn a_registration_that_is_refused_mails_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "email": ada.email, "password": super::PASSWORD });
    super::register(&app, &body).problem(409, "email-taken");
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
    assert_eq!(app.db().number("select count(*) from mail"), 1);
}
