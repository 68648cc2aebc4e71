//! `POST /api/v1/auth/verify-email` and `POST /api/v1/auth/verify-email/send`

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::json;

use super::bytes;

const LETTER: &str = "verify-email";
const PAUSE: Duration = Duration::from_secs(5 * 60);

const PATH: &str = "/api/v1/auth/verify-email";

fn verify(caller: &Caller<'_>, token: &str) -> Answer {
    caller.post(PATH, &json!({ "token": token })).header("x-request-id", "same").send()
}

/// What of an answer could tell codes apart: not what is left of the caller's limits.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let (status, mut headers, body) = bytes(answer);
    headers.retain(|(name, _)| name != "ratelimit");
    (status, headers, body)
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

    let answer = verify(&ada, &code).expect(204);

    assert!(answer.body.is_empty(), "{answer}");
    assert!(is_verified(&ada) && !is_verified(&bob));
    verify(&ada, &code).problem(403, "invalid-token");
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
}

/// Protects whoever is mailed because a stranger registered with its address: by a click, or by giving the code to whoever
/// asks for it, it must not prove that the stranger's account is its own.
#[test]
fn a_code_confirms_nothing_but_by_the_session_of_its_own_person() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let code = app.code(LETTER, &ada.email);
    let unknown = verify(&bob, &format!("ins_verify_{}", "A".repeat(43)));

    app.request("POST", PATH).json(&json!({ "token": code })).send().problem(401, "unauthenticated");
    ada.key(&["admin"]).post(PATH, &json!({ "token": code })).send().problem(403, "forbidden");
    verify(&bob, &code).problem(403, "invalid-token");

    assert_eq!(told(&verify(&bob, &code)), told(&unknown), "nor is anybody told that it is good");
    assert!(!is_verified(&ada) && !is_verified(&bob));
    let _ = verify(&ada, &code).expect(204);
    assert!(is_verified(&ada) && !is_verified(&bob));
    let letter = &app.mails(LETTER, &ada.email)[0]["text"];
    assert!(letter.as_str().unwrap().contains("log in and open"), "{letter}");
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
    verify(&ada, &first).problem(403, "invalid-token");
    let _ = verify(&ada, &second).expect(204);
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
    let refused = verify(&ada, &guessed);
    refused.problem(403, "invalid-token");
    let flipped = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { "B" } else { "A" });
    let of_another_purpose = code.replace("ins_verify_", "ins_reset_");

    for other in ["", "nonsense", &flipped, &of_another_purpose, &format!(" {code}"), &"x".repeat(10_000)] {
        assert_eq!(told(&verify(&ada, other)), told(&refused), "{other}");
    }

    app.advance(Duration::from_secs(7 * 86_400));
    let ada = app.log_in(&ada.email);
    assert_eq!(told(&verify(&ada, &code)), told(&refused), "expired");
    assert!(!is_verified(&ada));
    ask(&ada);
    let _ = verify(&ada, &app.code(LETTER, "ada@example.com")).expect(204);
    assert!(is_verified(&ada));
}

#[test]
fn of_eight_who_present_a_code_at_once_one_is_heard() {
    let app = App::start();
    let ada = app.person("ada");
    let code = app.code(LETTER, &ada.email);

    let mut statuses = eight_at_once(|_| verify(&ada, &code).status);

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
    assert_eq!(app.db().number("select count(*) from mail where template = 'verify-email'"), 1);
}
