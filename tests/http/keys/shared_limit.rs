//! A key that has a limit shares it with the keys that it makes and with those that replace it: together they are let in
//! no more often than it alone.

use insula_tests::support::{App, Caller, Person, at_once, eight_at_once};
use serde_json::{Value, json};

use super::{PATH, create, key_with, patch};

/// How many calls are let in before one is refused by the limit of the key.
fn let_in(key: &Caller<'_>) -> usize {
    let mut count = 0;
    loop {
        let answer = key.get("/api/v1/usage").send();
        if answer.status == 429 {
            assert_eq!(answer.problem(429, "rate-limited")["policy"], "key");
            return count;
        }
        let _ = answer.expect(200);
        count += 1;
    }
}

/// Protects the tenant from who got hold of a limited key that manages keys: children would multiply its limit.
#[test]
fn children_and_their_children_draw_from_the_bucket_of_the_first() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let limited = json!({ "name": "limited", "scopes": ["admin", "read"], "rate_limit": "10/day" });
    let (_, _, key) = key_with(&app, &ada, limited);
    let body = json!({ "name": "child", "scopes": ["admin", "read"] });
    let (child_path, _, child) = key_with(&app, &key, body.clone());
    let (_, _, grandchild) = key_with(&app, &child, body);
    let text = "0123456789abcdef-of-another-system";
    let import = json!({ "key": text, "name": "imported", "scopes": ["read"] });
    let _ = grandchild.post("/api/v1/api-keys/import", &import).send().expect(201);

    // Three calls have made three keys.
    assert_eq!(let_in(&grandchild), 7);
    for other in [&key, &child, &app.caller(text)] {
        assert_eq!(let_in(other), 0);
    }
    assert_eq!(ada.get(&child_path).send().expect(200).json()["rate_limit"], "10/day");
}

#[test]
fn of_calls_at_once_by_all_of_them_the_limit_lets_in_exactly_what_it_holds() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let limited = json!({ "name": "limited", "scopes": ["admin", "read"], "rate_limit": "20/day" });
    let (_, _, key) = key_with(&app, &ada, limited);
    let body = json!({ "name": "child", "scopes": ["read"] });
    let mut keys: Vec<Caller<'_>> = (0..4).map(|_| key_with(&app, &key, body.clone()).2).collect();
    keys.push(key);

    let statuses = at_once(60, |number| keys[number % keys.len()].get("/api/v1/usage").send().status);

    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 16);
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
}

#[test]
fn who_rotates_a_limited_key_again_and_again_gains_nothing() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let limited = json!({ "name": "limited", "scopes": ["admin", "read"], "rate_limit": "10/day" });
    let (path, _, key) = key_with(&app, &ada, limited);
    let rotate = |caller: &Caller<'_>, path: &str| {
        let answer = caller.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
        (answer.header("location").to_owned(), app.caller(answer.json()["key"].as_str().unwrap()))
    };
    let (second_path, second) = rotate(&key, &path);
    // By a person, too: the old key goes on for a day beside the new one.
    let (_, third) = rotate(&ada, &second_path);
    assert_eq!(let_in(&third), 9);
    assert_eq!((let_in(&key), let_in(&second)), (0, 0));
}

#[test]
fn a_limited_key_takes_over_no_key_with_another_limit() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let limited = json!({ "name": "limited", "scopes": ["admin", "read"], "rate_limit": "10/day" });
    let (_, _, key) = key_with(&app, &ada, limited);
    let (other, ..) =
        key_with(&app, &ada, json!({ "name": "o", "scopes": ["read"], "rate_limit": "10/day" }));
    let before = app.db().number("select count(*) from api_key");
    key.post(&format!("{other}/rotate"), &json!({})).send().problem(403, "forbidden");
    assert_eq!(app.db().number("select count(*) from api_key"), before);
}

#[test]
fn a_shared_limit_is_changed_for_all_of_them_at_once() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let limited = json!({ "name": "limited", "scopes": ["admin", "read"], "rate_limit": "10/day" });
    let (path, _, key) = key_with(&app, &ada, limited);
    let (child_path, _, child) = key_with(&app, &key, json!({ "name": "child", "scopes": ["read"] }));

    let _ = patch(&ada, &child_path, &json!({ "rate_limit": "3/hour" })).expect(200);
    assert_eq!(ada.get(&path).send().expect(200).json()["rate_limit"], "3/hour");
    assert_eq!((let_in(&key), let_in(&child)), (3, 0));

    // The key itself may bind itself tighter, and its children with it; it may not free them.
    let _ = patch(&ada, &path, &json!({ "rate_limit": "1000/minute" })).expect(200);
    for limit in [json!("1001/minute"), json!(null)] {
        patch(&key, &child_path, &json!({ "rate_limit": limit })).invalid("/rate_limit", "exceeds-key");
    }
    let _ = patch(&ada, &path, &json!({ "rate_limit": null })).expect(200);
    assert_eq!(ada.get(&child_path).send().expect(200).json()["rate_limit"], json!(null));
}

/// A key without a limit makes keys while its owner gives it one: whatever is made after that shares the limit.
#[test]
fn a_key_that_is_bound_meanwhile_makes_no_unbound_one() {
    for _ in 0..3 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let (path, _, key) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["admin", "read"] }));
        let answers = eight_at_once(|number| match number {
            4 => patch(&ada, &path, &json!({ "rate_limit": "1000/hour" })).expect(200),
            _ => create(&key, &json!({ "name": format!("child {number}"), "scopes": ["read"] })),
        });
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201 | 503)), "{answers:?}");
        // Everything that was made after the bound has its root; ids are in the order of time only to the millisecond of
        // a clock that stands still here, so the state is compared with a call that comes after it all.
        let after = create(&key, &json!({ "name": "after", "scopes": ["read"] })).expect(201).json();
        assert_eq!(after["rate_limit"], "1000/hour");
        let unbound = app
            .db()
            .number("select count(*) from api_key where limit_root is null and limit_calls is not null");
        assert_eq!(unbound, 1, "only the first key has a limit of its own");
    }
}

#[test]
fn a_revoked_key_makes_nothing_any_more_whoever_is_faster() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _, key) = key_with(&app, &ada, json!({ "name": "leaked", "scopes": ["admin"] }));
    let answers = eight_at_once(|number| match number {
        0 => ada.request("DELETE", &path).send(),
        _ => key.post(PATH, &json!({ "name": format!("{number}"), "scopes": ["admin"] })).send(),
    });
    for answer in &answers[1..] {
        assert!(matches!(answer.status, 201 | 401 | 503), "{answer}");
    }
    let made = app.db().number("select count(*) from api_key") - 1;
    assert_eq!(made, i64::try_from(answers[1..].iter().filter(|one| one.status == 201).count()).unwrap());
    create(&key, &json!({ "name": "x", "scopes": ["admin"] })).problem(401, "unauthenticated");
}

/// Has the operator limit a key of a tenant.
#[track_caller]
fn limit(app: &App, of: &Person<'_>, key_path: &str, rate_limit: &str) {
    let id = key_path.rsplit('/').next().unwrap();
    let path = format!("/api/v1/tenants/{}/limits/{id}", of.tenant_id);
    let _ =
        app.operator().request("PUT", &path).json(&json!({ "rate_limit": rate_limit })).send().expect(200);
}

/// Protects the platform from who got hold of a key that the operator holds back: the next text would be free again.
#[test]
fn a_limit_of_the_operator_is_shed_neither_by_a_rotation_nor_by_a_child() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _, key) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["admin", "read"] }));
    limit(&app, &ada, &path, "10/day");
    let rotate = |caller: &Caller<'_>, path: &str| {
        let answer = caller.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
        (answer.header("location").to_owned(), app.caller(answer.json()["key"].as_str().unwrap()))
    };

    let body = json!({ "name": "child", "scopes": ["admin", "read"] });
    let (_, _, child) = key_with(&app, &key, body.clone());
    let (_, _, grandchild) = key_with(&app, &child, body);
    let (second_path, second) = rotate(&key, &path);
    let (_, third) = rotate(&ada, &second_path);
    create(&key, &json!({ "name": "x", "scopes": ["read"], "rate_limit": "1000/hour" }))
        .invalid("/rate_limit", "exceeds-key");

    // Three of the four calls above were the keys' own and made keys, one was refused after it was let in.
    assert_eq!(let_in(&third), 6);
    for other in [&key, &child, &grandchild, &second] {
        assert_eq!(let_in(other), 0);
    }
}

#[test]
fn a_key_that_was_rotated_before_is_limited_with_the_one_that_it_replaced() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _, key) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["read"] }));
    let answer = ada.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
    let next = app.caller(answer.json()["key"].as_str().unwrap());

    limit(&app, &ada, &path, "4/day");

    assert_eq!((let_in(&next), let_in(&key)), (4, 0));
}

#[test]
fn a_key_that_the_operator_limits_takes_over_no_other_one() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, _, key) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["admin", "read"] }));
    let (other, ..) = key_with(&app, &ada, json!({ "name": "other", "scopes": ["read"] }));
    limit(&app, &ada, &path, "10/day");
    let before = app.db().number("select count(*) from api_key");

    key.post(&format!("{other}/rotate"), &json!({})).send().problem(403, "forbidden");

    assert_eq!(app.db().number("select count(*) from api_key"), before);
    let _ = key.post(&format!("{path}/rotate"), &json!({})).send().expect(201);
}

/// The log tells what came after what: whatever a key made after it was limited shares the limit.
#[test]
fn a_key_that_the_operator_limits_meanwhile_makes_no_free_one() {
    for _ in 0..3 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let (path, _, key) = key_with(&app, &ada, json!({ "name": "free", "scopes": ["admin", "read"] }));
        let statuses = eight_at_once(|number| match number {
            3 => {
                limit(&app, &ada, &path, "1000/hour");
                200
            }
            _ => create(&key, &json!({ "name": format!("child {number}"), "scopes": ["read"] })).status,
        });
        assert!(statuses.iter().all(|status| matches!(status, 200 | 201 | 503)), "{statuses:?}");
        let _ = create(&key, &json!({ "name": "after", "scopes": ["read"] })).expect(201);

        let log = app.db().rows(&format!(
            "select action, entry from audit_entry where tenant_id = '{}' order by seq",
            ada.tenant_id
        ));
        let later = log.iter().skip_while(|row| row[0] != "limit.set").filter(|row| row[0] == "key.created");
        let made: Vec<String> = later
            .map(|row| {
                serde_json::from_str::<Value>(&row[1]).unwrap()["facts"]["key_id"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert!(!made.is_empty());
        let free = app.db().number(&format!(
            "select count(*) from api_key where limit_root is null and id in ('{}')",
            made.join("', '")
        ));
        assert_eq!(free, 0, "{log:?}");
    }
}
