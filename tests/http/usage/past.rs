//! `GET /api/v1/usage?period=`: the figures of a day that is over, and of its month.

use std::time::Duration;

use insula_tests::support::{App, Caller};
use serde_json::Value;

use super::{analyze, figures};

const DAY: Duration = Duration::from_secs(86_400);

#[track_caller]
fn on(caller: &Caller<'_>, day: &str) -> Value {
    let answer = caller.get(&format!("/api/v1/usage?period={day}")).send().expect(200);
    answer.json()["metrics"].clone()
}

fn current(figures: &Value) -> (i64, i64) {
    let of = |metric: &str| figures[metric]["current"].as_i64().unwrap();
    (of("api_calls"), of("rows_analyzed"))
}

#[test]
fn a_past_day_has_the_calls_of_that_day_and_the_rows_of_its_month() {
    let app = App::start();
    let key = app.person("ada").key(&["read", "analyze"]);
    analyze(&key, 30);
    app.advance(DAY);
    analyze(&key, 5);
    analyze(&key, 6);
    app.advance(30 * DAY);
    analyze(&key, 7);
    let before = app.db().dump();

    assert_eq!(current(&on(&key, "2030-01-01")), (1, 41));
    assert_eq!(current(&on(&key, "2030-01-02")), (2, 41));
    assert_eq!(current(&on(&key, "2030-01-31")), (0, 41));
    assert_eq!(current(&on(&key, "2029-12-31")), (0, 0));
    let shown = on(&key, "2030-01-02");
    assert_eq!(shown["api_calls"]["period_start"], "2030-01-02T00:00:00Z");
    assert_eq!(shown["api_calls"]["reset_at"], "2030-01-03T00:00:00Z");
    assert_eq!(shown["rows_analyzed"]["period_start"], "2030-01-01T00:00:00Z");

    assert_eq!(on(&key, "2030-02-01"), figures(&key), "today is what is shown without asking");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn what_is_no_day_or_has_not_begun_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    for (period, code) in [
        ("", "date"),
        ("yesterday", "date"),
        ("2030-1-1", "date"),
        ("2029-02-29", "date"),
        ("2029-12-31T00:00:00Z", "date"),
        ("%2B029-12-31", "date"),
        ("2030-01-02", "range"),
        ("9999-12-31", "range"),
    ] {
        ada.get(&format!("/api/v1/usage?period={period}")).send().invalid("?period", code);
    }
    let _ = ada.get("/api/v1/usage?period=0001-01-01").send().expect(200);
}

#[test]
fn each_tenant_sees_its_own_past() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    analyze(&ada, 30);
    app.advance(Duration::from_secs(600));
    assert_eq!(current(&on(&bob, "2030-01-01")), (0, 0));
    assert_eq!(current(&on(&ada, "2030-01-01")), (1, 30));
}
