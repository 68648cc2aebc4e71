//! When a key was last used.

use std::time::Duration;

use insula_tests::support::{App, Database, at_once, eight_at_once};
use serde_json::Value;

use super::reading_key;

#[test]
fn a_keys_last_use_is_noted_once_a_minute() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (path, key) = reading_key(&app, &ada);
    let noted = || ada.get(&path).send().expect(200).json()["last_used_at"].clone();
    assert_eq!(noted(), Value::Null);

    let _ = key.get("/api/v1/reports").send().expect(200);
    assert_eq!(noted(), "2030-01-01T00:00:00Z");
    app.advance(Duration::from_millis(59_999));
    let _ = key.get("/api/v1/reports").send().expect(200);
    assert_eq!(noted(), "2030-01-01T00:00:00Z");
    app.advance(Duration::from_millis(1));
    let _ = eight_at_once(|_| key.get("/api/v1/reports").send().expect(200));
    assert_eq!(noted(), "2030-01-01T00:01:00Z");
    assert_eq!(
        ada.get(super::PATH).send().expect(200).json()["items"][0]["last_used_at"],
        "2030-01-01T00:01:00Z"
    );
}

/// Protects the row of a busy key from being written by every call that comes in the moment in which it is due.
#[test]
fn of_calls_that_come_at_once_while_time_goes_on_one_notes_the_use() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (_, key) = reading_key(&app, &ada);
    app.db().execute("create table noted (at_ms bigint)");
    app.db().execute(match app.db() {
        Database::Sqlite(_) => {
            "create trigger notes after update of last_used_at_ms on api_key
             begin insert into noted values (new.last_used_at_ms); end"
        }
        Database::Postgres(_) => {
            "create function note() returns trigger language plpgsql security definer as
               'begin insert into noted values (new.last_used_at_ms); return null; end';
             create trigger notes after update of last_used_at_ms on api_key for each row execute function note()"
        }
    });
    for minute in 1..=5 {
        let _ = at_once(9, |number| {
            for _ in 0..4 {
                if number == 0 {
                    app.advance(Duration::from_millis(1));
                } else {
                    let _ = key.get("/api/v1/reports").send().expect(200);
                }
            }
        });
        assert_eq!(app.db().number("select count(*) from noted"), minute);
        app.advance(Duration::from_secs(60));
    }
}

#[test]
fn a_refused_call_is_no_use() {
    let app = App::start();
    let ada = app.person("ada");
    let (path, key) = reading_key(&app, &ada);
    key.get("/api/v1/api-keys").send().problem(403, "forbidden");
    app.db().execute("update plan_quota set quota = 0 where metric = 'api_calls'");
    key.get("/api/v1/reports").send().problem(429, "quota-exceeded");
    assert_eq!(ada.get(&path).send().expect(200).json()["last_used_at"], Value::Null);
}
