//! `GET /api/v1/usage` as days and months pass.

use std::time::Duration;

use insula_tests::support::App;

use super::{analyze, figures, used};

const DAY: Duration = Duration::from_secs(86_400);
const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn calls_start_again_at_midnight_and_rows_on_the_first_of_the_month() {
    let app = App::start();
    let key = app.person("ada").key(&["read", "analyze"]);
    analyze(&key, 30);

    app.advance(DAY.checked_sub(MILLISECOND).unwrap());
    assert_eq!(used(&key), (1, 30));

    app.advance(MILLISECOND);
    assert_eq!(used(&key), (0, 30));
    let calls = figures(&key)["api_calls"].clone();
    assert_eq!(
        (&calls["period_start"], &calls["reset_at"]),
        (&"2030-01-02T00:00:00Z".into(), &"2030-01-03T00:00:00Z".into())
    );
    analyze(&key, 5);
    assert_eq!(used(&key), (1, 35));

    app.advance((30 * DAY).checked_sub(MILLISECOND).unwrap());
    assert_eq!(used(&key), (0, 35));

    app.advance(MILLISECOND);
    assert_eq!(used(&key), (0, 0));
    let rows = figures(&key)["rows_analyzed"].clone();
    assert_eq!(
        (&rows["period_start"], &rows["reset_at"]),
        (&"2030-02-01T00:00:00Z".into(), &"2030-03-01T00:00:00Z".into())
    );
}

#[test]
fn what_was_used_before_stays_stored() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);
    analyze(&key, 30);
    app.advance(31 * DAY);
    analyze(&key, 5);

    let stored = app
        .db()
        .rows("select metric, period_start_ms, used from usage_counter order by period_start_ms, metric");

    let (january, february) = ("1893456000000", "1896134400000");
    assert_eq!(
        stored,
        [
            ["api_calls", january, "1"],
            ["rows_analyzed", january, "30"],
            ["api_calls", february, "1"],
            ["rows_analyzed", february, "5"],
        ]
    );
}

#[test]
fn a_used_up_quota_is_whole_again_in_the_next_period() {
    let app = App::start();
    let key = app.person("ada").key(&["read", "analyze"]);
    analyze(&key, 10_000);
    app.db().execute("update usage_counter set used = 100 where metric = 'api_calls'");
    let form = || insula_tests::support::Form::file("a\n1\n");
    let send = || key.request("POST", "/api/v1/analyze").form(&form()).send();
    assert_eq!(send().problem(429, "quota-exceeded")["metric"], "api_calls");

    app.advance(DAY);
    assert_eq!(send().problem(429, "quota-exceeded")["metric"], "rows_analyzed");

    app.advance(30 * DAY);
    analyze(&key, 10_000);
    assert_eq!(used(&key), (1, 10_000));
}
