//! The delivery of mail by the tick, `GET /internal/mail` and `GET /internal/mailbox`

use std::time::Duration;

use insula_tests::support::{App, eight_at_once};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);

fn items(app: &App, path: &str) -> Vec<Value> {
    app.operator().get(path).send().expect(200).json()["items"].as_array().cloned().unwrap()
}

fn came_of_it(delivered: usize, postponed: usize, given_up: usize) -> Value {
    json!({ "delivered": delivered, "postponed": postponed, "given_up": given_up })
}

/// Registers so many people at so many moments, and so writes as many mails.
fn write(app: &App, count: usize) {
    for number in 0..count {
        let body =
            json!({ "email": format!("p{number}@example.com"), "password": "correct horse battery staple" });
        let _ = app.request("POST", "/api/v1/auth/register").json(&body).send().expect(201);
        app.advance(Duration::from_millis(1));
    }
}

#[test]
fn a_mail_is_written_with_its_cause_delivered_by_the_tick_and_forgotten_then() {
    let app = App::start();
    write(&app, 1);
    assert_eq!(items(&app, "/internal/mailbox"), Vec::<Value>::new());
    let waiting = items(&app, "/internal/mail").remove(0);
    assert_eq!((&waiting["state"], &waiting["attempts"]), (&"waiting".into(), &0.into()));
    assert_eq!(waiting["due_at"], "2030-01-01T00:00:00Z");

    assert_eq!(app.deliver_mail(), came_of_it(1, 0, 0));

    let mail = items(&app, "/internal/mail").remove(0);
    assert_eq!(
        mail,
        json!({
            "id": waiting["id"], "template": "verify-email", "state": "delivered", "attempts": 1, "failure": null,
            "created_at": "2030-01-01T00:00:00Z", "due_at": null, "ended_at": "2030-01-01T00:00:00.001Z",
        })
    );
    let kept = items(&app, "/internal/mailbox").remove(0);
    assert_eq!((&kept["id"], &kept["to"]), (&waiting["id"], &"p0@example.com".into()));
    assert_eq!(
        (&kept["template"], &kept["subject"]),
        (&"verify-email".into(), &"Confirm your address".into())
    );
    assert_eq!(kept["delivered_at"], "2030-01-01T00:00:00.001Z");
    assert_eq!(app.db().rows("select content from mail"), [["null"]]);
    assert_eq!(app.deliver_mail(), came_of_it(0, 0, 0));
}

/// Each mail is taken by one tick, however many there are, and none is left behind.
#[test]
fn eight_ticks_at_once_deliver_each_mail_once() {
    let app = App::start();
    write(&app, 24);

    let ticks = eight_at_once(|_| app.deliver_mail());

    let delivered: i64 = ticks.iter().map(|tick| tick["delivered"].as_i64().unwrap()).sum();
    let rest = app.deliver_mail()["delivered"].as_i64().unwrap();
    assert_eq!(delivered + rest, 24, "{ticks:?}");
    assert_eq!(app.db().rows("select distinct state, attempts from mail"), [["delivered", "1"]]);
    assert_eq!(app.db().number("select count(*) from mailbox"), 24);
    let lines = app.log().iter().filter(|line| line.contains("put into the mailbox")).count();
    assert_eq!(lines, 24);
}

/// A tick that took a mail and died leaves it to the next, once its lease is over, and the mail keeps its id.
#[test]
fn a_mail_that_somebody_took_and_died_with_is_delivered_when_the_lease_is_over() {
    let app = App::start();
    write(&app, 1);
    let leased = "update mail set attempts = 1, due_at_ms = 1893456120000";
    app.db().execute(leased);
    assert_eq!(app.deliver_mail(), came_of_it(0, 0, 0), "it is somebody else's for two minutes");
    app.advance(Duration::from_secs(120));

    assert_eq!(app.deliver_mail(), came_of_it(1, 0, 0));

    assert_eq!(app.db().rows("select state, attempts from mail"), [["delivered", "2"]]);
    // The other one had handed it over before it died: a mail that comes twice is kept once.
    app.db().execute("update mail set state = 'waiting', content = 'x', ended_at_ms = null");
    assert_eq!(app.db().number("select count(*) from mailbox"), 1);
}

#[test]
fn a_mail_that_can_not_be_read_is_given_up_and_does_not_stop_the_others() {
    let app = App::start();
    write(&app, 3);
    let all = app.db().rows("select id, content from mail order by id");
    // The contents of two mails exchanged: what is sealed with one id can't be opened with another.
    app.db().execute(&format!("update mail set content = '{}' where id = '{}'", all[1][1], all[0][0]));
    app.db().execute(&format!("update mail set template = 'unknown' where id = '{}'", all[1][0]));

    assert_eq!(app.deliver_mail(), came_of_it(1, 0, 2));

    let mails = app.db().rows("select state, failure, content from mail order by id");
    let given_up = ["given_up", "it can't be read", "null"];
    assert_eq!(mails, [given_up, given_up, ["delivered", "null", "null"]]);
}

#[test]
fn both_lists_are_paged_newest_first() {
    let app = App::start();
    write(&app, 5);
    let _ = app.deliver_mail();
    for path in ["/internal/mail", "/internal/mailbox"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.operator().get(&format!("{path}?limit=2{cursor}")).send().expect(200).json();
            found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut expected = found.clone();
        expected.sort();
        expected.reverse();
        assert_eq!((found.len(), &found), (5, &expected), "{path}");
    }
}

#[test]
fn nobody_but_the_operator_reads_mail() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = app.deliver_mail();
    for path in ["/internal/mail", "/internal/mailbox"] {
        app.request("GET", path).send().problem(401, "unauthenticated");
        for caller in [&ada.caller, &ada.key(&["admin", "read"])] {
            let answer = caller.get(path).send();
            answer.problem(403, "forbidden");
            assert!(!answer.text().contains("mai_"), "{answer}");
        }
    }
}

/// Letters hold what opens accounts: that the operator has looked at them is in the platform's log, and in that of each
/// tenant that has sent one.
#[test]
fn that_the_operator_read_the_mailbox_is_an_entry_with_each_tenant_that_has_sent_a_letter() {
    let app = App::start().without_limits();
    let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| app.person(name));
    let noted = || {
        let of = |tenant: &str| {
            app.db().number(&format!(
                "select count(*) from audit_entry where tenant_id = '{tenant}' and action = 'operator.read'
                 and entry like '%/internal/mailbox%'"
            ))
        };
        [of("platform"), of(&ada.tenant_id), of(&bob.tenant_id), of(&eve.tenant_id)]
    };
    for (owner, guests) in [(&ada, 2), (&bob, 1)] {
        for guest in 0..guests {
            let body = json!({ "email": format!("guest{guest}@example.com"), "role": "viewer" });
            let path = format!("/api/v1/tenants/{}/invitations", owner.tenant_id);
            let _ = owner.post(&path, &body).send().expect(201);
        }
    }
    let _ = app.deliver_mail();
    let before = noted();
    let read = || app.operator().get("/internal/mailbox").send();
    let _ = read().expect(200);
    let after = noted();
    assert_eq!([0, 1, 2, 3].map(|log| after[log] - before[log]), [1, 1, 1, 0]);

    // Also of a tenant that is gone.
    let _ = bob.request("DELETE", &format!("/api/v1/tenants/{}", bob.tenant_id)).send().expect(202);
    app.advance(Duration::from_secs(301));
    let _ = app.deliver_mail();
    let state = app.db().rows(&format!("select state from tenant where id = '{}'", bob.tenant_id));
    assert_eq!(state, [["deleted"]]);
    let before = noted();
    let _ = read().expect(200);
    assert_eq!(noted()[2] - before[2], 1);
}

#[test]
fn the_mailbox_is_emptied_after_a_week_and_the_outbox_after_a_month() {
    let app = App::start();
    write(&app, 1);
    let _ = app.deliver_mail();
    let left = |table: &str| app.db().number(&format!("select count(*) from {table}"));
    app.advance(7 * DAY - Duration::from_millis(1));
    let _ = app.deliver_mail();
    assert_eq!((left("mailbox"), left("mail")), (1, 1));
    app.advance(Duration::from_millis(1));
    let _ = app.deliver_mail();
    assert_eq!((left("mailbox"), left("mail")), (0, 1));
    app.advance(23 * DAY);
    let _ = app.deliver_mail();
    assert_eq!(left("mail"), 0);
}
