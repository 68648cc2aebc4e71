//! `POST /api/v1/auth/refresh`

use std::time::Duration;

use insula_domain::credential::digest;
use insula_tests::support::{App, eight_at_once};
use serde_json::{Value, json};

use super::{bytes, refresh, session};

const WEEK: Duration = Duration::from_secs(7 * 86_400);

#[track_caller]
fn works(app: &App, tokens: &Value) {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    let _ = caller.get("/api/v1/auth/me").send().expect(200);
}

#[track_caller]
fn is_over(app: &App, tokens: &Value) {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    caller.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    refresh(app, &tokens["refresh_token"]).problem(401, "invalid-refresh-token");
}

#[test]
fn a_token_is_exchanged_for_the_next_ones_of_the_same_session_in_the_same_tenant() {
    let app = App::start();
    let ada = app.person("ada");
    let first = session(&app, &ada.email);
    app.advance(Duration::from_secs(60));

    let answer = refresh(&app, &first["refresh_token"]).expect(200);

    let next = answer.json();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!((&next["user_id"], &next["tenant_id"]), (&first["user_id"], &first["tenant_id"]));
    assert_ne!(next["access_token"], first["access_token"]);
    assert_ne!(next["refresh_token"], first["refresh_token"]);
    // What is under way with the earlier access token goes on.
    works(&app, &first);
    works(&app, &next);
    let of_session = |text: &Value, table: &str| {
        let digest = digest(text.as_str().unwrap());
        app.db().rows(&format!("select session_id from {table} where digest = '{digest}'"))
    };
    let expected = of_session(&first["refresh_token"], "refresh_token");
    assert_eq!(of_session(&next["refresh_token"], "refresh_token"), expected);
    assert_eq!(of_session(&next["access_token"], "access_token"), expected);
}

#[test]
fn a_session_goes_on_for_as_long_as_it_is_exchanged_in_time() {
    let app = App::start();
    let ada = app.person("ada");
    let mut tokens = session(&app, &ada.email);
    for _ in 0..3 {
        app.advance(WEEK - Duration::from_millis(1));
        tokens = refresh(&app, &tokens["refresh_token"]).expect(200).json();
        works(&app, &tokens);
    }

    app.advance(WEEK);

    is_over(&app, &tokens);
}

/// Whoever copied a token, or the one it was copied from, comes second. Which of the two that is can't be known, so
/// both are out.
#[test]
fn a_token_that_is_presented_again_ends_the_session_and_all_its_tokens() {
    let app = App::start();
    let ada = app.person("ada");
    let other = session(&app, &ada.email);
    let first = session(&app, &ada.email);
    let second = refresh(&app, &first["refresh_token"]).expect(200).json();
    let third = refresh(&app, &second["refresh_token"]).expect(200).json();
    works(&app, &third);

    refresh(&app, &first["refresh_token"]).problem(401, "invalid-refresh-token");

    for tokens in [&first, &second, &third] {
        is_over(&app, tokens);
    }
    works(&app, &other);
    let ended = app.db().number("select count(*) from session where ended_at_ms is not null");
    assert_eq!(ended, 1);
}

/// A thief who goes on for longer than a token lasts is found out all the same when its owner comes back.
#[test]
fn a_token_that_is_presented_again_after_its_time_still_ends_the_session() {
    let app = App::start();
    let ada = app.person("ada");
    let first = session(&app, &ada.email);
    let mut thief = refresh(&app, &first["refresh_token"]).expect(200).json();
    for _ in 0..2 {
        app.advance(WEEK - Duration::from_millis(1));
        thief = refresh(&app, &thief["refresh_token"]).expect(200).json();
        let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
    }
    works(&app, &thief);

    refresh(&app, &first["refresh_token"]).problem(401, "invalid-refresh-token");

    is_over(&app, &thief);
}

#[test]
fn of_eight_exchanges_at_once_one_succeeds_and_the_session_ends() {
    for _ in 0..5 {
        let app = App::start();
        let ada = app.person("ada");
        let first = session(&app, &ada.email);

        let answers = eight_at_once(|_| refresh(&app, &first["refresh_token"]));

        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(done.len(), 1, "{answers:?}");
        for answer in refused {
            answer.problem(401, "invalid-refresh-token");
        }
        is_over(&app, &done[0].json());
        assert_eq!(app.db().number("select count(*) from refresh_token"), 3, "one was made");
    }
}

/// Protects a session from a thief who has an earlier token and comes at the same time as the owner with the newest.
#[test]
fn an_earlier_token_beside_the_newest_ends_the_session_whichever_is_first() {
    for _ in 0..5 {
        let app = App::start();
        let ada = app.person("ada");
        let first = session(&app, &ada.email);
        let newest = refresh(&app, &first["refresh_token"]).expect(200).json();

        let answers = eight_at_once(|number| {
            let presented = if number % 2 == 0 { &first } else { &newest };
            (number % 2 == 0, refresh(&app, &presented["refresh_token"]))
        });

        let done: Vec<_> = answers.iter().filter(|(_, answer)| answer.status == 200).collect();
        assert!(done.len() <= 1 && done.iter().all(|(is_earlier, _)| !is_earlier), "{answers:?}");
        for tokens in
            [&first, &newest].into_iter().chain(&done.iter().map(|(_, it)| it.json()).collect::<Vec<_>>())
        {
            is_over(&app, tokens);
        }
    }
}

#[test]
fn what_is_no_token_is_refused_byte_for_byte_alike_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let tokens = session(&app, &ada.email);
    let token = tokens["refresh_token"].as_str().unwrap();
    let ended = session(&app, &ada.email);
    let caller = app.caller(ended["access_token"].as_str().unwrap());
    let _ = caller.post("/api/v1/auth/logout", &json!({})).send().expect(204);
    let before = app.db().dump();
    let send = |text: &str| {
        let request = app.request("POST", "/api/v1/auth/refresh").header("x-request-id", "same");
        request.json(&json!({ "refresh_token": text })).send()
    };
    let unknown = send("ins_refresh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    unknown.problem(401, "invalid-refresh-token");

    let [upper, longer, shorter] =
        [token.to_uppercase(), format!("{token} "), token[..token.len() - 1].to_owned()];
    let [access, over] =
        [&tokens["access_token"], &ended["refresh_token"]].map(|text| text.as_str().unwrap());
    for text in ["", &*upper, &longer, &shorter, access, over, &"a".repeat(100_000), "a\u{0}b"] {
        assert_eq!(bytes(&send(text)), bytes(&unknown), "{text:.60}");
    }

    assert_eq!(app.db().dump(), before);
    let _ = refresh(&app, &tokens["refresh_token"]).expect(200);
}

/// Protects the platform from who has one good token: each exchange costs a signature and leaves rows.
#[test]
fn exchanges_are_counted_by_person_and_one_that_comes_too_early_uses_no_token() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (mut tokens, other) = (session(&app, &ada.email), session(&app, &ada.email));
    for _ in 0..200 {
        tokens = refresh(&app, &tokens["refresh_token"]).expect(200).json();
    }

    let before = app.db().dump();
    let refused = refresh(&app, &tokens["refresh_token"]);
    refused.problem(429, "too-many-attempts");
    assert_eq!(refused.header("retry-after"), "1");
    refresh(&app, &other["refresh_token"]).problem(429, "too-many-attempts");
    assert_eq!(app.db().dump(), before);
    let _ = refresh(&app, &session(&app, &bob.email)["refresh_token"]).expect(200);

    app.advance(Duration::from_secs(1));
    let answers = eight_at_once(|number| {
        refresh(&app, if number == 0 { &tokens["refresh_token"] } else { &other["refresh_token"] }).status
    });
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 200 | 401 | 429)), "{answers:?}");
}

/// What is stored of a session has an end however long it goes on, and a copy of its very first token still ends it.
#[test]
fn a_token_of_which_nothing_is_stored_any_more_still_ends_the_session() {
    let app = App::start();
    let ada = app.person("ada");
    let (first, other) = (session(&app, &ada.email), session(&app, &ada.email));
    let mut tokens = first.clone();
    for _ in 0..120 {
        app.advance(Duration::from_secs(600));
        tokens = refresh(&app, &tokens["refresh_token"]).expect(200).json();
    }
    let text = |tokens: &Value| tokens["refresh_token"].as_str().unwrap().to_owned();
    let kept = app.db().number("select count(*) from refresh_token where successor is not null");
    assert_eq!(kept, 100);
    let digest = digest(&text(&first));
    assert_eq!(app.db().number(&format!("select count(*) from refresh_token where digest = '{digest}'")), 0);

    // Whose session a token was made for can't be put behind other random bits.
    let (first_text, other_text) = (text(&first), text(&other));
    let sealed = first_text.split_once('.').unwrap().1;
    let forged = format!("{}.{sealed}", other_text.split_once('.').unwrap().0);
    refresh(&app, &json!(forged)).problem(401, "invalid-refresh-token");
    works(&app, &tokens);

    refresh(&app, &first["refresh_token"]).problem(401, "invalid-refresh-token");

    is_over(&app, &tokens);
    let _ = refresh(&app, &other["refresh_token"]).expect(200);
    let found = "select count(*) from audit_entry where action = 'session.reuse_detected'";
    assert_eq!(app.db().number(found), 1);
    refresh(&app, &first["refresh_token"]).problem(401, "invalid-refresh-token");
    assert_eq!(app.db().number(found), 1, "it is over");
}

#[test]
fn a_refresh_token_is_no_credential_for_calls() {
    let app = App::start();
    let ada = app.person("ada");
    let tokens = session(&app, &ada.email);
    let caller = app.caller(tokens["refresh_token"].as_str().unwrap());
    caller.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
}

#[test]
fn who_is_no_member_any_more_gets_tokens_that_act_in_no_tenant() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let tokens = session(&app, &viewer.email);
    assert_eq!(tokens["tenant_id"], ada.tenant_id);
    app.db().execute(&format!("delete from membership where user_id = '{}'", viewer.user_id));

    let next = refresh(&app, &tokens["refresh_token"]).expect(200).json();

    assert_eq!(next["tenant_id"], Value::Null);
    works(&app, &next);
    let caller = app.caller(next["access_token"].as_str().unwrap());
    caller.get("/api/v1/usage").send().problem(404, "not-found");
}

#[test]
fn a_role_that_was_changed_is_in_the_next_token() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let tokens = session(&app, &viewer.email);
    app.db().execute(&format!("update membership set role = 'admin' where user_id = '{}'", viewer.user_id));

    let next = refresh(&app, &tokens["refresh_token"]).expect(200).json();

    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(next["access_token"].as_str().unwrap());
    assert_eq!(claims.unwrap().claims["role"], "admin");
}
