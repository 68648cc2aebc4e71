//! What the operator does as a person: the log of the tenant has it, under both names.

use insula_audit::entry::Entry;
use insula_tests::support::{App, Caller, Form, Person};
use serde_json::json;

use super::{actions, log};

const REASON: &str = "Ticket 4711: Grace says that the report of Monday is empty. She has asked us to look.";

fn begin<'a>(app: &'a App, person: &Person<'_>) -> (Caller<'a>, String) {
    let body =
        json!({ "user_id": person.user_id, "tenant_id": person.tenant_id, "reason": REASON.repeat(5) });
    let made = app.operator().post("/api/v1/auth/impersonate", &body).send().expect(200).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (app.caller(&text("access_token")), text("session_id"))
}

/// The entries of the log since the operator began.
fn since(app: &App, tenant_id: &str) -> Vec<Entry> {
    let entries = log(app, tenant_id);
    let at = entries.iter().position(|entry| entry.action == "operator.impersonated").unwrap();
    entries[at..].to_vec()
}

#[test]
fn that_the_operator_begins_to_act_is_in_the_tenants_log_with_the_reason_and_until_when() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    app.db().execute(&format!("update tenant set second_factor_required = 1 where id = '{}'", ada.tenant_id));
    let before = log(&app, "platform").len();

    let (_, session_id) = begin(&app, &viewer);

    let entries = since(&app, &ada.tenant_id);
    assert_eq!(actions(&entries), ["operator.impersonated"]);
    let Entry { actor, facts, personal, .. } = &entries[0];
    assert_eq!((actor.kind.as_str(), &actor.id), ("operator", &None));
    assert_eq!(facts["on_behalf_of"], viewer.user_id);
    assert_eq!(facts["session_id"], session_id);
    assert_eq!(
        (facts["expires_at"].as_str(), facts["lacks_second_factor"].as_str()),
        ("2030-01-01T00:15:00Z", "true")
    );
    assert_eq!(personal.as_ref().unwrap().subject_id, viewer.user_id);
    assert_eq!(log(&app, "platform").len(), before);
    // The reason may name people: it is sealed, whole, and shown to those who read the log.
    assert!(!app.db().rows("select entry from audit_entry").concat().concat().contains("Grace"));
    app.db().execute("update tenant set second_factor_required = 0");
    let page = ada.get(&format!("/api/v1/tenants/{}/audit-log?limit=200", ada.tenant_id)).send().expect(200);
    assert!(page.text().contains(&REASON.repeat(5)), "{page}");
}

#[test]
fn what_the_operator_does_as_a_person_is_the_operators_on_behalf_of_the_person() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (acting, session_id) = begin(&app, &ada);

    let _ = acting.get("/api/v1/reports").send().expect(200);
    let _ = acting.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    acting.post("/api/v1/tenants", &json!({ "name": "x" })).send().problem(403, "forbidden");
    let path = format!("/api/v1/tenants/{}/impersonations/{session_id}", ada.tenant_id);
    let _ = app.operator().request("DELETE", &path).send().expect(204);

    let entries = since(&app, &ada.tenant_id);
    assert_eq!(
        actions(&entries),
        [
            "operator.impersonated",
            "operator.read",
            "operator.acted",
            "report.created",
            "permission.refused",
            "impersonation.ended"
        ]
    );
    for entry in &entries[..5] {
        assert_eq!((entry.actor.kind.as_str(), &entry.actor.id), ("operator", &None), "{entry:?}");
        assert_eq!(entry.facts["on_behalf_of"], ada.user_id, "{entry:?}");
        assert_eq!(entry.facts["session_id"], session_id, "{entry:?}");
    }
    assert!(entries[1..].iter().all(|entry| entry.personal.is_none()), "{entries:?}");
    assert_eq!(
        (entries[2].facts["operation"].as_str(), entries[2].facts["method"].as_str()),
        ("analyze", "POST")
    );
    assert_eq!(entries[5].facts["session_id"], session_id);
}

/// Protects a person from being blamed: what it does itself meanwhile stays its own.
#[test]
fn what_the_person_does_meanwhile_is_its_own() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = begin(&app, &ada);
    let _ = ada.key(&["read"]);
    let last = log(&app, &ada.tenant_id).pop().unwrap();
    assert_eq!((last.action.as_str(), last.actor.kind.as_str()), ("key.created", "person"));
    assert!(!last.facts.contains_key("on_behalf_of"), "{last:?}");
}

/// Protects what was shown to the person alone: an answer that is kept for it is not replayed to the operator.
#[test]
fn an_idempotency_key_of_the_person_is_not_the_operators() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let (acting, _) = begin(&app, &ada);
    let analyze = |caller: &Caller<'_>| {
        let request = caller.request("POST", "/api/v1/analyze").header("idempotency-key", "same");
        request.form(&Form::file("a,b\n1,2\n")).send().expect(201)
    };
    let (own, others) = (analyze(&ada), analyze(&acting));
    assert_ne!(own.json()["id"], others.json()["id"]);
    assert_eq!((own.header("idempotency-replayed"), others.header("idempotency-replayed")), ("", ""));
}

#[test]
fn each_read_in_a_persons_name_is_noted() {
    let app = App::start();
    let ada = app.person("ada");
    let (acting, _) = begin(&app, &ada);
    for times in 1..=2 {
        let _ = acting.get("/api/v1/reports").send().expect(200);
        let read = log(&app, &ada.tenant_id).iter().filter(|entry| entry.action == "operator.read").count();
        assert_eq!(read, times);
    }
}
