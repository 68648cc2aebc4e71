//! What the workload says that it has used.

use insula_tests::support::{Answer, App, Person, eight_at_once};

use super::app;

fn report(person: &Person<'_>, said: &[&str]) -> Answer {
    let mut request = person.get("/workload/report");
    for value in said {
        request = request.header("x-report", value);
    }
    request.send().expect(200)
}

fn counted(app: &App, metric: &str) -> i64 {
    app.db().number(&format!("select coalesce(sum(used), 0) from usage_counter where metric = '{metric}'"))
}

#[test]
fn what_a_call_has_used_is_counted_for_its_tenant_and_shown_to_it() {
    let app = app().without_limits();
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    app.db().execute("insert into metric (name, unit, reset) values ('files', 'files', 'never')");

    let answer = report(&ada, &["rows_analyzed=1204, files=2"]);
    let _ = report(&ada, &["rows_analyzed=1", "rows_analyzed=2"]);

    assert_eq!(answer.text(), "reported");
    let usage = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["rows_analyzed"]["current"], 1207, "{usage}");
    assert_eq!(usage["metrics"]["files"]["current"], 2, "{usage}");
    let usage = eve.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["metrics"]["rows_analyzed"]["current"], 0, "{usage}");
}

#[test]
fn what_is_between_the_two_does_not_reach_the_caller() {
    let app = app();
    let answer = report(&app.person("ada"), &["rows_analyzed=1"]);
    let names: Vec<&str> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    assert!(!names.iter().any(|name| name.starts_with("insula")), "{answer}");
    assert_eq!(answer.header("x-kept"), "kept");
    assert_ne!(answer.header("x-request-id"), "mine");
    assert_eq!(answer.headers.get_all("ratelimit").iter().count(), 1, "{answer}");
    assert_ne!(answer.header("ratelimit"), "mine");
}

#[test]
fn what_can_not_be_counted_is_left_out_and_logged_and_the_answer_goes_on() {
    let app = app().without_limits();
    let ada = app.person("ada");
    let bad = [
        "rows_analyzed=-5",
        "rows_analyzed=9223372036854775808",
        "rows_analyzed",
        "no_such_metric=5",
        "api_calls=1000",
        "; drop table usage_counter",
        "r\u{e9}sum\u{e9}=1",
    ];
    for (number, said) in bad.iter().enumerate() {
        let answer = report(&ada, &[said, "rows_analyzed=1"]);
        assert_eq!(answer.text(), "reported");
        assert_eq!(counted(&app, "rows_analyzed"), i64::try_from(number).unwrap() + 1, "{said}");
    }
    let _ = report(&ada, &["rows_analyzed=9223372036854775807"]);

    assert_eq!(counted(&app, "rows_analyzed"), 7, "a sum that no counter holds is left out");
    assert_eq!(counted(&app, "api_calls"), 8);
    let warnings = app.log().iter().filter(|line| line.contains("insula-usage could not be counted")).count();
    assert_eq!(warnings, 8);
}

/// Work that is done is counted, and what the plan allows is the next call's business.
#[test]
fn the_quota_does_not_undo_work_that_is_done() {
    let app = app();
    let ada = app.person("ada");
    let _ = report(&ada, &["rows_analyzed=999999"]);
    assert_eq!(counted(&app, "rows_analyzed"), 999_999);
}

#[test]
fn eight_reports_at_once_are_all_counted() {
    let app = app().without_limits();
    let ada = app.person("ada");
    let _ = eight_at_once(|_| report(&ada, &["rows_analyzed=3"]));
    assert_eq!(counted(&app, "rows_analyzed"), 24);
}

/// At most once: the caller has its answer, the log has what was not counted.
#[test]
fn when_the_database_fails_after_the_work_the_answer_goes_on_and_the_log_has_what_is_missing() {
    let app = app();
    let ada = app.person("ada");
    // Admission counts calls in the same table; only this metric is refused.
    app.db().execute("delete from plan_quota where metric = 'rows_analyzed'");
    app.db().execute(match app.db() {
        insula_tests::support::Database::Sqlite(_) => {
            "create trigger broken before insert on usage_counter when new.metric = 'rows_analyzed'
             begin select raise(abort, 'broken'); end"
        }
        insula_tests::support::Database::Postgres(_) => {
            "alter table usage_counter add constraint broken check (metric <> 'rows_analyzed')"
        }
    });

    let answer = report(&ada, &["rows_analyzed=77"]);

    assert_eq!(answer.text(), "reported");
    assert_eq!(counted(&app, "rows_analyzed"), 0);
    let told = app.log().iter().any(|line| {
        line.contains("rows_analyzed=77") && line.contains(&ada.tenant_id) && line.contains("uncounted")
    });
    assert!(told, "{:?}", app.log());
}
