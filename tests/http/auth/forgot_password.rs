//! `POST /api/v1/auth/password/forgot`

use std::time::Duration;

use insula_tests::support::{Answer, App, Database, block_on, eight_at_once, only_on_postgresql};
use serde_json::json;

use super::bytes;

const LETTER: &str = "password-reset";
const PAUSE: Duration = Duration::from_secs(5 * 60);

fn forgot(app: &App, email: &str) -> Answer {
    let request = app.request("POST", "/api/v1/auth/password/forgot").header("x-request-id", "same");
    request.json(&json!({ "email": email })).send()
}

#[test]
fn mails_a_code_to_whoever_has_the_address_in_any_letter_case() {
    let app = App::start();
    let ada = app.person("ada");

    let answer = forgot(&app, " ADA@example.com ").expect(202);

    assert!(answer.body.is_empty(), "{answer}");
    let mails = app.mails(LETTER, &ada.email);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["subject"], "Choose a new password");
    let code = app.code(LETTER, &ada.email);
    assert!(code.starts_with("ins_reset_"));
    // The token is behind the hash, where no server's log has it.
    let link = format!("http://localhost/#password-reset={code}");
    assert!(mails[0]["text"].as_str().unwrap().contains(&link), "{mails:?}");
}

/// Protects everybody who would rather not tell that they are customers here.
#[test]
fn known_and_unknown_addresses_are_answered_byte_for_byte_the_same() {
    let app = App::start();
    let _ = app.person("ada");

    let known = forgot(&app, "ada@example.com").expect(202);

    for other in ["ada@example.com", "bob@example.com", "o'neill@mail.example.co.uk"] {
        assert_eq!(bytes(&forgot(&app, other)), bytes(&known), "{other}");
    }
    assert_eq!(app.mails(LETTER, "ada@example.com").len(), 1);
    assert_eq!(app.mails(LETTER, "bob@example.com").len(), 0);
}

/// So does the work: nobody looks who has the address before the letter is due, so neither the time that the call takes nor
/// whom it waits for tells anything.
#[test]
fn for_known_and_unknown_addresses_the_same_is_done_and_nobody_is_looked_for() {
    let app = App::start();
    let _ = app.person("ada");
    let _ = app.deliver_mail();
    let others = || {
        let mut dump = app.db().dump();
        dump.retain(|row| !row.starts_with("mail: "));
        dump
    };
    let written = |email: &str| {
        app.db().execute("delete from mail; delete from guess");
        let before = others();
        let _ = forgot(&app, email).expect(202);
        assert_eq!(others(), before, "{email}");
        let mail = "select template, state, subject_id, length(content), length(id), ended_at_ms from mail";
        (app.db().rows(mail), app.db().rows("select ready_at_ms, forgotten_at_ms from guess order by 1, 2"))
    };

    let (known, unknown) = (written("ada@example.com"), written("bob@example.com"));

    assert_eq!(known, unknown);
    assert_eq!(known.0.len(), 1, "{known:?}");
    // What is to nobody is not delivered, nobody is shown it, and the next tick removes it.
    assert_eq!(app.deliver_mail(), json!({ "delivered": 0, "postponed": 0, "given_up": 0 }));
    assert_eq!(app.db().number("select count(*) from mail where state <> 'void'"), 0);
    let _ = app.deliver_mail();
    assert_eq!(app.db().number("select count(*) from mail"), 0);
}

/// Whoever is waited for, it is not the person: nobody could otherwise be told from somebody.
#[test]
fn who_asks_does_not_wait_for_what_is_done_to_the_person_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let Database::Postgres(address) = app.db() else { panic!("no address") };
    let client = block_on(async {
        let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
        let _connection = tokio::spawn(connection);
        client.batch_execute("begin; select 1 from user_account for update").await.unwrap();
        client
    });

    let _ = forgot(&app, &ada.email).expect(202);

    block_on(client.batch_execute("rollback")).unwrap();
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
}

#[test]
fn a_person_is_mailed_once_in_a_while_however_often_it_is_asked() {
    let app = App::start();
    let ada = app.person("ada");

    let statuses = eight_at_once(|_| forgot(&app, &ada.email).status);

    assert_eq!(statuses, [202; 8]);
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
    app.advance(PAUSE.checked_sub(Duration::from_millis(1)).unwrap());
    let _ = forgot(&app, &ada.email).expect(202);
    assert_eq!(app.mails(LETTER, &ada.email).len(), 1);
    app.advance(Duration::from_millis(1));
    let _ = forgot(&app, &ada.email).expect(202);
    assert_eq!(app.mails(LETTER, &ada.email).len(), 2);
}

#[test]
fn what_is_no_address_is_refused_and_stores_nothing() {
    let app = App::start();
    let before = app.db().dump();
    for bad in ["", "ada", "ada@localhost", "ada@example.com\r\nbcc: eve@example.org", "a b@example.com"] {
        forgot(&app, bad).invalid("/email", "email");
    }
    assert_eq!(app.db().dump(), before);
}

/// Protects the mailboxes of people, registered or not, from a stranger with a list of addresses.
#[test]
fn one_network_can_not_ask_without_end_and_another_can_still() {
    let app = App::start();
    let ask = |number: usize, network: &str| {
        let body = json!({ "email": format!("somebody-{number}@example.com") });
        app.request("POST", "/api/v1/auth/password/forgot").from_address(network).json(&body).send()
    };
    let let_in = (0..110).filter(|number| ask(*number, "203.0.113.7").status == 202).count();

    assert_eq!(let_in, 100);
    ask(200, "203.0.113.7").problem(429, "too-many-attempts");
    let _ = ask(201, "198.51.100.7").expect(202);
}
