//! `POST /api/v1/analyze`

use insula_tests::support::{App, Form, repository};

use super::{file, used};

#[test]
fn analyses_a_real_file_stores_the_report_and_counts_its_rows() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["analyze", "read"]);
    let penguins = std::fs::read(repository().join("examples/penguins.csv")).unwrap();

    let form = Form::file(&penguins).text("label_column", "species");
    let answer = key.request("POST", "/api/v1/analyze").form(&form).send().expect(201);

    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/reports/{id}"));
    assert_eq!(body["file_name"], "data.csv");
    assert_eq!(body["report"]["rows"], 344);
    assert_eq!(body["report"]["labels"]["classes"].as_array().unwrap().len(), 3);
    assert_eq!(used(&key, "rows_analyzed"), 344);
    assert_eq!(used(&key, "api_calls"), 1);
    let stored = app.db().rows(&format!(
        "select tenant_id, row_count, column_count, label_column from {}",
        app.db().product("report")
    ));
    assert_eq!(stored, [[ada.tenant_id.as_str(), "344", "8", "species"]]);
}

#[test]
fn the_label_column_may_come_after_the_file() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze"]);
    let before = Form::default().text("label_column", "b").part("name=\"file\"; filename=\"x\"", file(30));
    let after = Form::default().part("name=\"file\"; filename=\"x\"", file(30)).text("label_column", "b");

    let report = |form: &Form| {
        key.request("POST", "/api/v1/analyze").form(form).send().expect(201).json()["report"].clone()
    };

    assert_eq!(report(&before), report(&after));
    assert!(report(&before)["labels"].is_object());
}

#[test]
fn a_file_that_fits_the_quota_exactly_is_analysed_and_one_row_more_is_refused() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);

    let form = Form::file(file(10_001));
    let refused = key.request("POST", "/api/v1/analyze").form(&form).send();
    let problem = refused.problem(429, "quota-exceeded");
    assert_eq!(problem["metric"], "rows_analyzed");
    assert_eq!((&problem["limit"], &problem["used"]), (&10_000.into(), &0.into()));
    assert_eq!(problem["reset_at"], "2030-02-01T00:00:00Z");
    assert_eq!(used(&key, "rows_analyzed"), 0);

    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file(file(10_000))).send().expect(201);
    assert_eq!(used(&key, "rows_analyzed"), 10_000);

    let refused = key.request("POST", "/api/v1/analyze").form(&Form::file(file(1))).send();
    assert_eq!(refused.problem(429, "quota-exceeded")["used"], 10_000);
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 1);
}

#[test]
fn uploads_at_once_never_exceed_the_quota_together() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    let form = Form::file(file(1_500));

    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| key.request("POST", "/api/v1/analyze").form(&form).send().status))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });

    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 6, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 6, "{statuses:?}");
    assert_eq!(used(&key, "rows_analyzed"), 9_000);
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 6);
}
