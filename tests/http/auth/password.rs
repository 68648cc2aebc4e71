//! What a password may be, and what its hash costs.

use std::sync::atomic::{AtomicUsize, Ordering};

use insula_tests::support::{App, Options, at_once, program_for_every_runtime};
use serde_json::json;

use super::{PASSWORD, login, register};

/// [`PASSWORD`], hashed with 8 MiB and one pass.
const WEAK: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$xwP/sUpncRUpT63+0aadhrYrW8PTzYL8TrQp/6Tj9lA";

fn stored(app: &App) -> String {
    app.db().rows("select password from user_account order by id").concat().concat()
}

#[test]
fn whoever_types_an_accent_in_one_character_or_in_two_logs_in_with_either() {
    let app = App::start();
    let (composed, decomposed) = ("cr\u{e8}me br\u{fb}l\u{e9}e 7", "cre\u{300}me bru\u{302}le\u{301}e 7");
    for (email, typed) in [("ada@example.com", composed), ("bob@example.com", decomposed)] {
        let _ = register(&app, &json!({ "email": email, "password": typed })).expect(201);
        for other in [composed, decomposed, "cr\u{e8}me\u{a0}br\u{fb}l\u{e9}e\u{3000}7"] {
            let _ = login(&app, &json!({ "email": email, "password": other })).expect(200);
        }
        let plain = login(&app, &json!({ "email": email, "password": "creme brulee 7" }));
        plain.problem(401, "invalid-credentials");
    }
}

#[test]
fn a_password_that_others_would_guess_is_refused_and_nobody_is_made() {
    let app = App::start();
    for (password, code) in [
        ("Unbelievable", "too_common"),
        ("qwertyuiop12", "too_common"),
        ("aaaaaaaaaaaaaaaa", "too_common"),
        ("123456789012", "too_common"),
        ("ada@example.com", "too_common"),
        ("adalovelace1815", "too_common"),
        ("eleven char", "length"),
        ("twelve\u{0}chars", "characters"),
    ] {
        let body = json!({ "email": "ada@example.com", "password": password, "name": "Ada Lovelace" });
        let refused = register(&app, &body);
        refused.invalid("/password", code);
        assert!(!refused.text().contains(password), "{refused}");
    }
    assert_eq!(app.db().number("select count(*) from user_account"), 0);
}

#[test]
fn a_weak_hash_is_made_anew_when_its_owner_logs_in_and_only_then() {
    let app = App::start();
    let _ = register(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).expect(201);
    app.db().execute(&format!("update user_account set password = '{WEAK}'"));
    let with = |password: &str| login(&app, &json!({ "email": "ada@example.com", "password": password }));

    with("not the password").problem(401, "invalid-credentials");
    assert_eq!(stored(&app), WEAK);
    let _ = with(PASSWORD).expect(200);

    let strong = stored(&app);
    assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
    let _ = with(PASSWORD).expect(200);
    assert_eq!(stored(&app), strong, "a strong one stays");
}

#[test]
fn what_a_hash_costs_can_be_raised() {
    let raise = |settings: &mut insula_host::Settings| {
        settings.variables.insert("argon2_memory_kib".to_owned(), "20480".to_owned());
        settings.variables.insert("argon2_iterations".to_owned(), "3".to_owned());
        settings.variables.insert("argon2_parallelism".to_owned(), "2".to_owned());
    };
    let app = App::with(Options { settings: raise, ..Options::default() });
    let _ = app.person("ada");
    assert!(stored(&app).starts_with("$argon2id$v=19$m=20480,t=3,p=2$"), "{}", stored(&app));
}

/// Protects every password from a setting that makes its hash worthless.
#[test]
fn what_a_hash_costs_can_not_be_lowered() {
    let lower = |settings: &mut insula_host::Settings| {
        settings.variables.insert("argon2_memory_kib".to_owned(), "64".to_owned());
    };
    let app = App::with(Options { settings: lower, ..Options::default() });

    register(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).problem(500, "internal");

    assert_eq!(app.db().number("select count(*) from user_account"), 0);
    assert!(app.log().concat().contains("argon2_memory_kib"), "the log names the variable");
}

/// Protects everybody else from a crowd that logs in: hashing is bounded, so calls with keys keep their answers.
#[test]
fn calls_with_a_key_are_answered_while_32_people_log_in() {
    const PEOPLE: usize = 32;
    let app = App::start().without_limits();
    let people: Vec<_> = (0..PEOPLE).map(|number| app.person(&format!("person{number}"))).collect();
    let key = people[0].key(&["read"]);
    let (logged_in, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));

    at_once(PEOPLE + 1, |number| {
        if let Some(person) = people.get(number) {
            let _ = login(&app, &json!({ "email": person.email, "password": PASSWORD })).expect(200);
            logged_in.fetch_add(1, Ordering::SeqCst);
            return;
        }
        while logged_in.load(Ordering::SeqCst) < PEOPLE {
            let _ = key.get("/api/v1/usage").send().expect(200);
            calls.fetch_add(1, Ordering::SeqCst);
        }
    });

    // A call that had to wait for all hashes before it would be answered once, or with each of them.
    let calls = calls.into_inner();
    assert!(calls >= 2 * PEOPLE, "{calls} calls while {PEOPLE} people logged in");
}

/// The embedded host computes hashes for one build of the component; the other one does it itself.
#[test]
fn what_one_build_of_the_component_has_hashed_the_other_one_proves() {
    let embedded = App::start();
    let common = embedded.with_beside(program_for_every_runtime(), |_| {});
    for (email, made_by, other) in
        [("ada@example.com", &embedded, &common), ("bob@example.com", &common, &embedded)]
    {
        let _ = register(made_by, &json!({ "email": email, "password": PASSWORD })).expect(201);
        for app in [made_by, other] {
            let _ = login(app, &json!({ "email": email, "password": PASSWORD })).expect(200);
            let wrong = login(app, &json!({ "email": email, "password": "not the password" }));
            wrong.problem(401, "invalid-credentials");
        }
    }
}
