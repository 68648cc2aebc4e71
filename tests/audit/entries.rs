//! What is in the log.

use std::time::Duration;

use insula_audit::entry::Entry;
use insula_tests::support::{App, Caller, PASSWORD, Person, eight_at_once};
use serde_json::json;

use super::{actions, log};

/// The platform's log, without the key that signs the first access token.
fn platform(app: &App) -> Vec<Entry> {
    log(app, "platform").into_iter().filter(|entry| entry.action != "signing_key.added").collect()
}

#[test]
fn a_change_is_in_the_log_of_its_tenant_with_who_did_it_and_when() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(7));
    let made =
        ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] })).send().expect(201).json();

    let entries = log(&app, &ada.tenant_id);

    assert_eq!(actions(&entries), ["tenant.created", "session.started", "key.created"]);
    let last = &entries[2];
    assert_eq!((last.actor.kind.as_str(), last.actor.id.as_deref()), ("person", Some(ada.user_id.as_str())));
    assert_eq!(
        (last.facts["key_id"].as_str(), last.at.as_str()),
        (made["id"].as_str().unwrap(), "2030-01-01T00:00:00.007Z")
    );
    assert_eq!(actions(&platform(&app)), ["person.registered"]);
}

#[test]
fn what_changes_nothing_leaves_no_entry() {
    let app = App::start();
    let ada = app.person("ada");
    let before = log(&app, &ada.tenant_id).len();
    let path = format!("/api/v1/tenants/{}/members/{}", ada.tenant_id, ada.user_id);
    ada.request("PATCH", &path).json(&json!({ "role": "viewer" })).send().problem(409, "last-owner");
    let absent = "/api/v1/api-keys/key_01h455vb4pex5vsknk084sn02q";
    ada.request("DELETE", absent).send().problem(404, "not-found");
    ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["none"] })).send().problem(422, "invalid");
    assert_eq!(log(&app, &ada.tenant_id).len(), before);
}

#[test]
fn a_request_that_is_sent_again_leaves_no_second_entry() {
    let app = App::start();
    let ada = app.person("ada");
    for _ in 0..3 {
        let request = ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] }));
        let _ = request.header("idempotency-key", "once").send().expect(201);
    }
    let entries = log(&app, &ada.tenant_id);
    assert_eq!(entries.iter().filter(|entry| entry.action == "key.created").count(), 1);
}

/// Protects the people whom the log tells of: it is kept for ever, and shown to auditors.
#[test]
fn who_somebody_is_stands_in_the_log_only_under_a_key_of_the_persons_own() {
    let app = App::start();
    let ada = app.person("ada");
    let made = ada.request("POST", "/api/v1/api-keys").from_address("203.0.113.77");
    let _ = made.json(&json!({ "name": "x", "scopes": ["read"] })).send().expect(201);
    app.request("POST", "/api/v1/auth/login")
        .from_address("203.0.113.77")
        .json(&json!({ "email": ada.email, "password": "not this one, I think" }))
        .send()
        .problem(401, "invalid-credentials");

    let stored = app.db().rows("select entry from audit_entry").concat().concat();

    assert!(
        !stored.contains("203.0.113") && !stored.contains("ada@") && !stored.contains("\"ada\""),
        "{stored}"
    );
    let entries = log(&app, &ada.tenant_id);
    assert_eq!(
        entries[2].personal.as_ref().map(|personal| personal.subject_id.as_str()),
        Some(ada.user_id.as_str())
    );
    // Without the key the personal part is gone, and the log is what it was: `log` looks at every link.
    assert_eq!(app.db().number("select count(*) from subject_key"), 1);
    app.db().execute("delete from subject_key");
    assert_eq!(log(&app, &ada.tenant_id), entries);
}

#[test]
fn a_failed_login_is_in_the_log_whether_the_account_exists_or_not() {
    let app = App::start();
    let ada = app.person("ada");
    for email in [ada.email.as_str(), "nobody@example.com"] {
        let body = json!({ "email": email, "password": "not this one, I think" });
        app.request("POST", "/api/v1/auth/login").json(&body).send().problem(401, "invalid-credentials");
    }
    let entries = platform(&app);
    assert_eq!(actions(&entries), ["person.registered", "login.failed", "login.failed"]);
    for entry in &entries[1..] {
        assert_eq!((entry.actor.kind.as_str(), entry.actor.id.as_deref()), ("anonymous", None));
        assert_eq!(entry.facts["account_digest"].len(), 16);
    }
    assert_ne!(entries[1].facts, entries[2].facts);
}

/// So what anybody can ask for as often as it likes leaves no more entries than there are letters to people.
#[test]
fn a_code_that_is_mailed_is_an_entry_and_nothing_else_that_was_asked_for_is() {
    let app = App::start();
    let ada = app.person("ada");
    let forgot = |email: &str| {
        let body = json!({ "email": email });
        let _ = app.request("POST", "/api/v1/auth/password/forgot").json(&body).send().expect(202);
    };
    let _ = app.deliver_mail();
    for _ in 0..3 {
        forgot(&ada.email);
        forgot("nobody@example.com");
    }
    assert_eq!(actions(&platform(&app)), ["person.registered"], "nobody has looked yet who has the address");

    // Several may deliver at once.
    let _ = eight_at_once(|_| app.operator().request("POST", "/internal/tick").send().expect(200).status);
    let _ = app.deliver_mail();

    let entries = platform(&app);
    assert_eq!(actions(&entries), ["person.registered", "password.reset_mailed"]);
    assert_eq!((entries[1].actor.kind.as_str(), entries[1].actor.id.as_deref()), ("system", None));
    assert_eq!(entries[1].facts, [("user_id".to_owned(), ada.user_id.clone())].into());
    assert_eq!(app.mails("password-reset", &ada.email).len(), 1);
    app.advance(Duration::from_secs(5 * 60));
    forgot(&ada.email);
    assert_eq!(app.mails("password-reset", &ada.email).len(), 2);
    let entries = platform(&app);
    assert_eq!(actions(&entries).iter().filter(|action| **action == "password.reset_mailed").count(), 2);
}

#[test]
fn what_proves_an_address_is_an_entry_as_often_as_it_is_mailed_again() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let ask = || ada.request("POST", "/api/v1/auth/verify-email/send").send().expect(202).status;
    let _ = ask();
    assert_eq!(actions(&platform(&app)), ["person.registered"], "the first letter is too young");
    app.advance(Duration::from_secs(5 * 60));

    let _ = eight_at_once(|_| ask());

    let entries = platform(&app);
    assert_eq!(actions(&entries), ["person.registered", "email.verification_mailed"]);
    assert_eq!(entries[1].actor.id.as_deref(), Some(ada.user_id.as_str()));
    assert_eq!(app.mails("verify-email", &ada.email).len(), 2);
}

#[test]
fn a_refresh_token_that_comes_twice_is_in_the_log() {
    let app = App::start();
    let ada = app.person("ada");
    let body = json!({ "email": ada.email, "password": PASSWORD });
    let login = app.request("POST", "/api/v1/auth/login").json(&body).send().expect(200).json();
    let body = json!({ "refresh_token": login["refresh_token"] });
    let refresh = || app.request("POST", "/api/v1/auth/refresh").json(&body).send();
    let _ = refresh().expect(200);
    refresh().problem(401, "invalid-refresh-token");
    // The session has ended: there is nothing more to tell.
    refresh().problem(401, "invalid-refresh-token");
    let entries = platform(&app);
    assert_eq!(actions(&entries), ["person.registered", "session.reuse_detected"]);
    assert_eq!(entries[1].actor.id.as_deref(), Some(ada.user_id.as_str()));
}

#[test]
fn a_second_factor_that_comes_and_goes_is_in_the_log() {
    let app = App::start();
    let ada = app.person("ada");
    let device = ada.enrol(&app);
    app.advance(Duration::from_secs(30));
    let body = json!({ "password": PASSWORD, "code": device.code(&app) });
    let _ = ada.post("/api/v1/auth/mfa/totp/recovery-codes", &body).send().expect(200);
    app.advance(Duration::from_secs(30));
    let body = json!({ "password": PASSWORD, "code": device.code(&app) });
    let _ = ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send().expect(204);
    assert_eq!(
        factor_actions(&app, &ada),
        [
            "second_factor.started",
            "second_factor.confirmed",
            "second_factor.codes_renewed",
            "second_factor.removed"
        ]
    );
}

fn factor_actions(app: &App, person: &Person<'_>) -> Vec<String> {
    let rows = app.db().rows(&format!(
        "select action from audit_entry where actor_id = '{}' and action like 'second_factor%' order by at_ms, seq",
        person.user_id
    ));
    rows.concat()
}

#[test]
fn a_key_that_was_found_in_public_is_in_its_tenants_log() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let keys = [ada.key(&["read"]), bob.key(&["read"])];
    let found: Vec<_> = keys
        .iter()
        .map(|key| json!({ "token": key.credential, "type": "insula_api_key", "url": null }))
        .collect();
    // Twice: what has ended already ends no second time.
    for _ in 0..2 {
        let report = app.request("POST", "/api/v1/api-keys/leaked").reported(&json!(found));
        let _ = report.send().expect(200);
    }
    for person in [&ada, &bob] {
        let entries = log(&app, &person.tenant_id);
        assert_eq!(actions(&entries)[2..], ["key.created", "key.leaked"]);
        assert_eq!(entries[2].facts, entries[3].facts);
        assert_eq!(entries[3].actor.kind, "anonymous");
    }
}

#[test]
fn keys_that_sign_from_now_on_are_in_the_log() {
    let app = App::start();
    let _ = app.person("ada");
    let rotate = "/api/v1/auth/signing-keys/rotate";
    let _ = app.operator().post(rotate, &json!({ "withdraw": false })).send().expect(200);
    let entries = log(&app, "platform");
    let first = entries.iter().find(|entry| entry.action == "signing_key.added").unwrap();
    assert_eq!((first.actor.kind.as_str(), first.actor.id.as_deref()), ("system", None));
    let last = entries.last().unwrap();
    assert_eq!((last.action.as_str(), last.actor.kind.as_str()), ("signing_key.added", "operator"));
    assert_eq!(last.facts["withdraws"], "false");
}

/// Whoever has stolen a password guesses codes: that is what the owner must find in the log.
#[test]
fn a_wrong_code_and_a_wrong_present_password_are_in_the_log() {
    let app = App::start();
    let ada = app.person("ada");
    let _device = ada.enrol(&app);
    let body = json!({ "email": ada.email, "password": PASSWORD, "code": "000000" });
    app.request("POST", "/api/v1/auth/login").json(&body).send().problem(401, "wrong-code");
    let body = json!({ "current_password": "not this one, I think", "new_password": "correct horse battery staple 2" });
    let answer = ada.post("/api/v1/auth/password/change", &body).send();
    assert_eq!(answer.status, 403, "{answer}");

    let failed: Vec<_> = platform(&app).into_iter().filter(|entry| entry.action == "login.failed").collect();
    let said: Vec<_> = failed.iter().map(|entry| entry.facts["proof"].as_str()).collect();
    assert_eq!(said, ["code", "password"]);
    assert!(failed.iter().all(|entry| entry.actor.id.as_deref() == Some(ada.user_id.as_str())), "{failed:?}");
}

/// Whoever has stolen a session could otherwise make a tenant, act in it, and have nobody read what it did.
#[test]
fn what_is_about_an_account_is_in_the_platforms_log_whatever_tenant_it_is_done_in() {
    let app = App::start();
    let ada = app.person("ada");
    let _device = ada.enrol(&app);
    let entries = platform(&app);
    let actions = actions(&entries);
    assert!(actions.contains(&"second_factor.confirmed"), "{actions:?}");
    let elsewhere = app.db().number(&format!(
        "select count(*) from audit_entry where tenant_id = '{}' and action like 'second_factor%'",
        ada.tenant_id
    ));
    assert_eq!(elsewhere, 0);
}

#[test]
fn whoever_registers_with_an_invitation_is_in_both_logs_and_a_refused_one_in_none() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let path = format!("/api/v1/tenants/{}/invitations", ada.tenant_id);
    let body = json!({ "email": "grace@example.com", "role": "analyst" });
    let _ = ada.post(&path, &body).send().expect(201);
    let code = app.code("invitation", "grace@example.com");
    let register = |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "invitation": code });
        app.request("POST", "/api/v1/auth/register").json(&body).send()
    };
    let logs = || (log(&app, &ada.tenant_id), platform(&app));
    let (tenants, platforms) = logs();
    register("eve@example.com").problem(403, "invalid-token");
    assert_eq!(logs(), (tenants.clone(), platforms.clone()));

    let made = register("grace@example.com").expect(201).json();

    let (told, of_person) = logs();
    let (told, of_person) = (&told[tenants.len()..], &of_person[platforms.len()..]);
    assert_eq!((actions(told), actions(of_person)), (vec!["invitation.accepted"], vec!["person.registered"]));
    assert_eq!(told[0].facts["role"], "analyst");
    assert!(
        [told, of_person].iter().all(|entries| entries[0].actor.id.as_deref() == made["user"]["id"].as_str())
    );
}

#[test]
fn who_logs_out_everywhere_is_in_the_platforms_log_and_who_logs_out_here_as_well() {
    let app = App::start();
    let ada = app.person("ada");
    let other = app.log_in(&ada.email);
    let before = platform(&app).len();
    let log_out = |caller: &Caller<'_>, everywhere: bool| {
        let body = json!({ "everywhere": everywhere });
        let _ = caller.post("/api/v1/auth/logout", &body).send().expect(204);
    };
    log_out(&other, false);
    log_out(&ada, true);
    let entries = platform(&app);
    let entries = &entries[before..];
    assert_eq!(actions(entries), ["session.ended", "sessions.ended"]);
    assert!(
        entries.iter().all(|entry| entry.actor.id.as_deref() == Some(ada.user_id.as_str())),
        "{entries:?}"
    );
}
