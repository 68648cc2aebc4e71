//! `POST /api/v1/auth/register`

use std::time::Duration;

use insula_tests::support::{App, at_once, eight_at_once};
use serde_json::{Value, json};

use super::{PASSWORD, register};

const PARAMETERS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// Where and what is wrong, in the order of the answer.
fn errors(problem: &Value) -> Vec<(&str, &str)> {
    let text = |error: &'_ Value, member: &str| error[member].as_str().map(str::len).unwrap_or_default();
    let errors = problem["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| text(error, "detail") > 0), "{problem}");
    errors.iter().map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
}

#[test]
fn registers_a_person_and_the_tenant_that_it_owns() {
    let app = App::start();

    let body = json!({ "email": " Ada@Example.COM ", "password": PASSWORD, "name": " Ada ", "tenant_name": " Acme " });
    let answer = register(&app, &body).expect(201);

    let made = answer.json();
    let (user_id, tenant_id) = (made["user"]["id"].as_str().unwrap(), made["tenant"]["id"].as_str().unwrap());
    let created_at = "2030-01-01T00:00:00Z";
    assert_eq!(answer.header("location"), "/api/v1/auth/me");
    assert_eq!(
        made,
        json!({
            "user": {
                "id": user_id, "email": "ada@example.com", "name": "Ada", "email_verified": false,
                "created_at": created_at,
            },
            "tenant": {
                "id": tenant_id, "name": "Acme", "state": "active", "plan": "free", "role": "owner",
                "created_at": created_at,
            },
        })
    );
    let ms = "1893456000000";
    let people = app.db().rows("select id, email, name, created_at_ms from user_account");
    assert_eq!(people, [[user_id, "ada@example.com", "Ada", ms]]);
    let tenants = app.db().rows("select id, name, state, plan, created_at_ms from tenant");
    assert_eq!(tenants, [[tenant_id, "Acme", "active", "free", ms]]);
    let members = app.db().rows("select tenant_id, user_id, role, created_at_ms from membership");
    assert_eq!(members, [[tenant_id, user_id, "owner", ms]]);
}

#[test]
fn without_a_tenants_name_the_person_belongs_to_none() {
    let app = App::start();
    for (email, extra) in
        [("a@example.com", json!({})), ("b@example.com", json!({ "name": null, "tenant_name": null }))]
    {
        let mut body = json!({ "email": email, "password": PASSWORD });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());

        let made = register(&app, &body).expect(201).json();

        assert_eq!((&made["tenant"], &made["user"]["name"]), (&Value::Null, &Value::Null));
    }
    assert_eq!(app.db().number("select count(*) from user_account where name is null"), 2);
    assert_eq!(app.db().number("select count(*) from tenant"), 0);
    assert_eq!(app.db().number("select count(*) from membership"), 0);
}

/// Protects everybody who uses a password in more than one place, should the database be stolen.
#[test]
fn of_a_password_only_a_salted_argon2id_hash_is_stored() {
    let app = App::start();
    for email in ["a@example.com", "b@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD });
        let request = app.request("POST", "/api/v1/auth/register").header("idempotency-key", email);
        let answer = request.json(&body).send().expect(201);
        assert!(!answer.text().contains("argon2") && !answer.text().contains(PASSWORD), "{answer}");
    }

    let hashes: Vec<String> = app.db().rows("select password from user_account").concat();

    for hash in &hashes {
        let rest = hash.strip_prefix(PARAMETERS).unwrap_or_else(|| panic!("{hash}"));
        assert_eq!(
            rest.split('$').map(str::len).collect::<Vec<_>>(),
            [22, 43],
            "16 bytes of salt, 32 of hash: {hash}"
        );
    }
    assert_ne!(hashes[0], hashes[1]);
    assert!(!app.db().dump().iter().any(|line| line.contains(PASSWORD)));
}

#[test]
fn a_taken_address_is_a_conflict_in_any_letter_case_and_changes_nothing() {
    let app = App::start();
    let _ = app.person("ada");
    let stored = || app.db().dump().into_iter().filter(|line| !line.starts_with("mail")).collect::<Vec<_>>();
    let before = stored();

    for email in ["ada@example.com", "ADA@example.com", "ada@EXAMPLE.com", "  ada@example.com"] {
        let body = json!({ "email": email, "password": "another long password", "tenant_name": "Other" });
        let problem = register(&app, &body).problem(409, "email-taken");
        assert_eq!(errors(&problem), [("/email", "taken")]);
    }

    assert_eq!(stored(), before);
}

/// Protects a person from not knowing that somebody tries to be it, and its mailbox from whoever tries often.
#[test]
fn whoever_has_a_taken_address_is_told_by_mail_once_a_day() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let body = json!({ "email": "ADA@example.com", "password": "another long password", "name": "Eve" });
    let statuses = eight_at_once(|_| register(&app, &body).status);
    assert_eq!(statuses, [409; 8]);

    let mails = app.mails("registration-attempt", &ada.email);

    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "You have an account already");
    let text = mails[0]["text"].as_str().unwrap();
    assert!(!text.contains("Eve") && !text.contains("ins_") && text.contains("http://localhost"), "{text}");
    app.advance(Duration::from_millis(86_399_999));
    register(&app, &body).problem(409, "email-taken");
    assert_eq!(app.mails("registration-attempt", &ada.email).len(), 1);
    app.advance(Duration::from_millis(1));
    register(&app, &body).problem(409, "email-taken");
    assert_eq!(app.mails("registration-attempt", &ada.email).len(), 2);
}

/// Protects everybody who would rather not tell that they are customers here, from whoever has a list of addresses.
#[test]
fn one_network_can_ask_about_twenty_taken_addresses_and_then_a_few_a_day() {
    let app = App::start();
    let people: Vec<String> = (0..30).map(|number| format!("person-{number}@example.com")).collect();
    for (number, email) in people.iter().enumerate() {
        let body = json!({ "email": email, "password": PASSWORD });
        let request = app.request("POST", "/api/v1/auth/register").from_address(&format!("10.0.{number}.1"));
        let _ = request.json(&body).send().expect(201);
    }
    let probe = |email: &str, network: &str| {
        let body = json!({ "email": email, "password": "another long password" });
        app.request("POST", "/api/v1/auth/register").from_address(network).json(&body).send()
    };

    let statuses: Vec<u16> = people.iter().map(|email| probe(email, "203.0.113.7").status).collect();

    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 20, "{statuses:?}");
    // Whether the next one is taken is not told either way.
    for email in [&*people[29], "nobody@example.com"] {
        probe(email, "203.0.113.7").problem(429, "too-many-attempts");
    }
    let mut told = 0;
    for _ in 0..24 * 60 {
        app.advance(Duration::from_secs(60));
        told += u32::from(probe(&people[0], "203.0.113.7").status == 409);
    }
    assert!((200..=300).contains(&told), "{told} in a day");
    let _ = probe("somebody-else@example.com", "198.51.100.7").expect(201);
}

#[test]
fn addresses_that_are_free_leave_room_for_more() {
    let app = App::start();
    for number in 0..40 {
        let body = json!({ "email": format!("new-{number}@example.com"), "password": PASSWORD });
        let _ = register(&app, &body).expect(201);
    }
}

/// Otherwise fifty at once would all be told before the first is counted.
#[test]
fn of_many_probes_at_once_twenty_are_answered() {
    let app = App::start();
    let ada = app.person("ada");
    app.db().execute("delete from guess");
    let body = json!({ "email": ada.email, "password": "another long password" });

    let answers = at_once(32, |_| register(&app, &body).status);

    let count = |status: u16| answers.iter().filter(|other| **other == status).count();
    assert_eq!((count(409), count(429)), (20, 12), "{answers:?}");
}

#[test]
fn every_bad_field_is_reported_at_once_without_its_value_and_nothing_is_stored() {
    let app = App::start();
    let before = app.db().dump();

    let body =
        json!({ "email": "ada-at-home", "password": "hunter2", "name": "", "tenant_name": "a\u{7}cme" });
    let answer = register(&app, &body);

    let expected =
        [("/email", "email"), ("/password", "length"), ("/name", "length"), ("/tenant_name", "characters")];
    assert_eq!(errors(&answer.problem(422, "invalid")), expected);
    assert!(!answer.text().contains("ada-at-home") && !answer.text().contains("hunter2"), "{answer}");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn each_field_is_refused_beyond_its_bounds_and_accepted_at_them() {
    let app = App::start();
    let send = |field: &str, value: Value| {
        let mut body = json!({ "email": "ada@example.com", "password": PASSWORD });
        body[field] = value;
        register(&app, &body)
    };
    for (field, value, code) in [
        ("password", json!("eleven char"), "length"),
        ("password", json!("x".repeat(257)), "length"),
        ("password", json!(123_456_789_012_u64), "type"),
        ("email", json!(format!("{}@{}.org", "a".repeat(64), "b.".repeat(100))), "length"),
        ("email", json!("ada@localhost"), "email"),
        ("email", json!(null), "type"),
        ("name", json!("x".repeat(101)), "length"),
        ("tenant_name", json!("   "), "length"),
        ("tenant_name", json!(["Acme"]), "type"),
    ] {
        send(field, value).invalid(&format!("/{field}"), code);
    }
    // No two characters follow each other, and none comes again: patterns are refused.
    let password =
        |length: u32| (0..length).map(|at| char::from_u32(0x4e00 + 7 * at).unwrap()).collect::<String>();
    let _ = send("password", json!(password(12))).expect(201);
    let body = json!({ "email": "b@example.com", "password": password(256), "name": "\u{e9}".repeat(100) });
    let _ = register(&app, &body).expect(201);
    assert_eq!(app.db().number("select count(*) from user_account"), 2);
}

#[test]
fn every_missing_field_is_named_by_its_pointer() {
    let app = App::start();
    for (body, expected) in [
        (json!({ "password": PASSWORD }), vec![("/email", "required")]),
        (json!({ "email": "a@example.com" }), vec![("/password", "required")]),
        (json!({ "name": 7 }), vec![("/email", "required"), ("/password", "required"), ("/name", "type")]),
    ] {
        assert_eq!(errors(&register(&app, &body).problem(422, "invalid")), expected);
    }
    assert_eq!(app.db().number("select count(*) from user_account"), 0);
}

/// Each registration costs a hash, a mail to somebody, and rows that stay.
#[test]
fn one_network_can_not_register_without_end_and_another_can_still() {
    let app = App::start();
    let register = |number: usize, network: &str| {
        let body = json!({ "email": format!("new-{number}@example.com"), "password": PASSWORD });
        app.request("POST", "/api/v1/auth/register").from_address(network).json(&body).send()
    };
    let statuses: Vec<u16> = (0..103).map(|number| register(number, "203.0.113.7").status).collect();

    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 100);
    register(200, "203.0.113.7").problem(429, "too-many-attempts");
    let _ = register(201, "198.51.100.7").expect(201);
}
