//! `GET /api/v1/usage` on other plans than the first.

use insula_tests::support::{App, Person};
use serde_json::Value;

use super::{analyze, figures, used};

fn put_on(app: &App, person: &Person<'_>, plan: &str) {
    app.db().execute(&format!("update tenant set plan = '{plan}' where id = '{}'", person.tenant_id));
}

#[test]
fn an_unlimited_metric_has_null_for_its_limit_and_is_counted_all_the_same() {
    let app = App::start();
    let ada = app.person("ada");
    put_on(&app, &ada, "enterprise");

    analyze(&ada, 10_001);

    let usage = ada.get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["plan"], "enterprise");
    for metric in ["api_calls", "rows_analyzed"] {
        let figures = &usage["metrics"][metric];
        assert_eq!((&figures["limit"], &figures["remaining"]), (&Value::Null, &Value::Null), "{metric}");
    }
    assert_eq!(used(&ada), (1, 10_001));
}

#[test]
fn another_plan_counts_from_the_next_call_on() {
    let app = App::start();
    let ada = app.person("ada");
    analyze(&ada, 30);

    put_on(&app, &ada, "professional");

    let usage = figures(&ada);
    let shown = |metric: &str| (usage[metric]["limit"].as_i64(), usage[metric]["remaining"].as_i64());
    assert_eq!(shown("api_calls"), (Some(10_000), Some(9_999)));
    assert_eq!(shown("rows_analyzed"), (Some(1_000_000), Some(999_970)));
}

#[test]
fn on_a_smaller_plan_nothing_remains_but_never_less() {
    let app = App::start();
    let ada = app.person("ada");
    put_on(&app, &ada, "professional");
    analyze(&ada, 20_000);

    put_on(&app, &ada, "free");

    let rows = figures(&ada)["rows_analyzed"].clone();
    assert_eq!(
        (&rows["current"], &rows["limit"], &rows["remaining"]),
        (&20_000.into(), &10_000.into(), &0.into())
    );
}

#[test]
fn one_tenants_plan_says_nothing_about_anothers() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    put_on(&app, &ada, "enterprise");
    assert_eq!(figures(&bob)["api_calls"]["limit"], 100);
}
