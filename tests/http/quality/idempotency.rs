//! `POST /api/v1/analyze` with an `Idempotency-Key`.

use insula_tests::support::{App, Form};

use super::{file, used};

#[test]
fn the_same_upload_again_is_answered_as_the_first_time_and_counted_once() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    let send = || {
        key.request("POST", "/api/v1/analyze")
            .header("idempotency-key", "one")
            .form(&Form::file(file(100)))
            .send()
    };

    let (first, again) = (send().expect(201), send().expect(201));

    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(used(&key, "rows_analyzed"), 100);
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 1);
}

#[test]
fn another_file_under_the_same_key_is_refused() {
    let app = App::start();
    let key = app.person("ada").key(&["analyze", "read"]);
    let send = |rows| {
        key.request("POST", "/api/v1/analyze")
            .header("idempotency-key", "one")
            .form(&Form::file(file(rows)))
            .send()
    };
    let _ = send(100).expect(201);

    send(101).problem(422, "idempotency-key-reused");

    assert_eq!(used(&key, "rows_analyzed"), 100);
}

#[test]
fn equal_uploads_at_once_make_one_report() {
    let app = App::start().without_limits();
    let key = app.person("ada").key(&["analyze", "read"]);
    let form = Form::file(file(50));

    let answers: Vec<_> = std::thread::scope(|scope| {
        let send =
            || key.request("POST", "/api/v1/analyze").header("idempotency-key", "one").form(&form).send();
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        calls.into_iter().map(|call| call.join().unwrap().expect(201)).collect()
    });

    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(app.db().number(&format!("select count(*) from {}", app.db().product("report"))), 1);
    assert_eq!(app.db().number("select used from usage_counter where metric = 'rows_analyzed'"), 50);
}
