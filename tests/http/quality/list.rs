//! `GET /api/v1/reports`

use insula_tests::support::{App, Form};

use super::file;

#[test]
fn pages_hold_every_report_of_the_tenant_once_oldest_first() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (key, other) = (ada.key(&["analyze", "read"]), bob.key(&["analyze", "read"]));
    for rows in 1..=5 {
        let _ = key.request("POST", "/api/v1/analyze").form(&Form::file(file(rows))).send().expect(201);
        app.advance(std::time::Duration::from_millis(5));
    }
    let _ = other.request("POST", "/api/v1/analyze").form(&Form::file(file(99))).send().expect(201);

    let (mut seen, mut path) = (Vec::new(), "/api/v1/reports?limit=2".to_owned());
    loop {
        let page = key.get(&path).send().expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["rows"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/reports?limit=2&cursor={cursor}"),
            None => break,
        }
    }

    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[test]
fn a_limit_out_of_bounds_and_a_foreign_cursor_are_refused() {
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    for limit in ["0", "201", "-1", "x", ""] {
        key.get(&format!("/api/v1/reports?limit={limit}")).send().invalid("?limit", "range");
    }
    key.get("/api/v1/reports?cursor=x").send().invalid("?cursor", "cursor");
    key.get("/api/v1/reports?page=1").send().invalid("?page", "unknown");
}
