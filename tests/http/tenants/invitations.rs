//! `/api/v1/tenants/{tenant_id}/invitations`, and `POST /api/v1/tenants/{tenant_id}/members`, which is the same

use insula_tests::support::{Answer, App, Caller, Person};
use serde_json::{Value, json};

const LETTER: &str = "invitation";

/// An owner on a plan with room.
fn owner<'a>(app: &'a App, name: &str) -> Person<'a> {
    let owner = app.person(name);
    app.db().execute("update tenant set plan = 'professional'");
    owner
}

fn path(tenant_id: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/invitations")
}

fn invite(caller: &Caller<'_>, tenant_id: &str, email: &str, role: &str) -> Answer {
    caller.post(&path(tenant_id), &json!({ "email": email, "role": role })).send()
}

fn withdraw(caller: &Caller<'_>, tenant_id: &str, id: &Value) -> Answer {
    caller.request("DELETE", &format!("{}/{}", path(tenant_id), id.as_str().unwrap())).send()
}

fn listed(caller: &Caller<'_>, tenant_id: &str) -> Vec<Value> {
    caller.get(&path(tenant_id)).send().expect(200).json()["items"].as_array().cloned().unwrap()
}

#[test]
fn an_invitation_is_stored_listed_and_mailed_and_its_code_is_in_the_mail_alone() {
    let app = App::start();
    let ada = owner(&app, "ada");

    let answer = invite(&ada, &ada.tenant_id, " Grace@Example.com ", "analyst").expect(201);

    let made = answer.json();
    assert_eq!(
        made,
        json!({
            "id": made["id"], "email": "grace@example.com", "role": "analyst", "invited_by": ada.user_id,
            "created_at": "2030-01-01T00:00:00Z", "expires_at": "2030-01-08T00:00:00Z",
        })
    );
    assert_eq!(
        answer.header("location"),
        format!("{}/{}", path(&ada.tenant_id), made["id"].as_str().unwrap())
    );
    assert_eq!(listed(&ada, &ada.tenant_id), [made]);
    let code = app.code(LETTER, "grace@example.com");
    assert!(code.starts_with("ins_invite_") && !answer.text().contains("ins_invite_"));
    let digest = insula_domain::credential::digest(&code);
    assert_eq!(app.db().rows("select digest from invitation"), [[digest]]);
    assert!(!app.db().dump().iter().chain(&app.log()).any(|line| line.contains(&code)));
    let text = app.mails(LETTER, "grace@example.com").remove(0)["text"].to_string();
    assert!(text.contains("\\\"ada\\\"") && text.contains("#invitation=ins_invite_"), "{text}");
}

/// Protects who has an account elsewhere: the inviter is told the same whether the address is known or not.
#[test]
fn adding_a_member_is_inviting_it_and_a_known_address_makes_no_difference() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let bob = app.person("bob");
    let add = |email: &str| {
        let body = json!({ "email": email, "role": "viewer" });
        let members = format!("/api/v1/tenants/{}/members", ada.tenant_id);
        ada.post(&members, &body).send().expect(202).json()
    };

    let (known, unknown) = (add(&bob.email), add("nobody@example.com"));

    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&known), fields(&unknown));
    assert_eq!(known["role"], unknown["role"]);
    let members = format!("select count(*) from membership where tenant_id = '{}'", ada.tenant_id);
    assert_eq!(app.db().number(&members), 1, "nobody is a member who has not accepted");
    assert_eq!(listed(&ada, &ada.tenant_id).len(), 2);
    for email in [bob.email.as_str(), "nobody@example.com"] {
        assert_eq!(app.mails(LETTER, email).len(), 1);
    }
}

#[test]
fn every_bad_field_is_told_at_once_and_nothing_is_stored() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let before = app.db().dump();
    let answer = invite(&ada, &ada.tenant_id, "grace@example.com\r\nBcc: eve@example.org", "emperor");
    answer.invalid("/email", "email");
    answer.invalid("/role", "value");
    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_new_invitation_takes_the_place_of_the_earlier_one_to_the_same_address() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let first = invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").expect(201).json();

    let second = invite(&ada, &ada.tenant_id, "GRACE@example.com", "admin").expect(201).json();

    assert_eq!(listed(&ada, &ada.tenant_id), [second]);
    withdraw(&ada, &ada.tenant_id, &first["id"]).problem(404, "not-found");
    assert_eq!(app.mails(LETTER, "grace@example.com").len(), 2);
}

#[test]
fn only_an_owner_invites_or_withdraws_or_replaces_an_owner() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let admin = app.member(&ada, "admin");
    invite(&admin, &ada.tenant_id, "grace@example.com", "owner").problem(403, "forbidden");
    assert_eq!(app.db().number("select count(*) from invitation"), 0);
    let of_owner = invite(&ada, &ada.tenant_id, "grace@example.com", "owner").expect(201).json();

    withdraw(&admin, &ada.tenant_id, &of_owner["id"]).problem(403, "forbidden");
    invite(&admin, &ada.tenant_id, "grace@example.com", "viewer").problem(403, "forbidden");

    assert_eq!(listed(&ada, &ada.tenant_id), std::slice::from_ref(&of_owner));
    let of_admin = invite(&admin, &ada.tenant_id, "joan@example.com", "admin").expect(201).json();
    let _ = withdraw(&admin, &ada.tenant_id, &of_admin["id"]).expect(204);
    let _ = withdraw(&ada, &ada.tenant_id, &of_owner["id"]).expect(204);
    assert_eq!(listed(&ada, &ada.tenant_id), Vec::<Value>::new());
}

/// Protects a tenant's invitations from every other tenant.
#[test]
fn a_foreign_invitation_is_absent() {
    let app = App::start();
    let (ada, eve) = (owner(&app, "ada"), owner(&app, "eve"));
    let made = invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").expect(201).json();
    let before = app.db().dump();

    withdraw(&eve, &eve.tenant_id, &made["id"]).problem(404, "not-found");
    withdraw(&eve, &ada.tenant_id, &made["id"]).problem(404, "not-found");
    invite(&eve, &ada.tenant_id, "mallory@example.com", "owner").problem(404, "not-found");
    eve.get(&path(&ada.tenant_id)).send().problem(404, "not-found");

    assert_eq!(listed(&eve, &eve.tenant_id), Vec::<Value>::new());
    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_member_is_not_invited_again() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let member = app.member(&ada, "viewer");
    let before = app.db().dump();
    for email in [&ada.email, &member.email] {
        invite(&ada, &ada.tenant_id, email, "admin").problem(409, "already-member");
    }
    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_plan_without_room_is_told_to_who_invites() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").problem(409, "member-limit");
    assert_eq!(app.db().dump(), before);
    app.db().execute("update tenant set plan = 'enterprise'");
    let _ = invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").expect(201);
}

/// Protects mailboxes from being flooded: by inviting many, and by inviting one again and again.
#[test]
fn a_tenant_sends_so_many_invitations_a_day() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    for number in 0..100 {
        let made = invite(&ada, &ada.tenant_id, &format!("p{}@example.com", number % 50), "viewer")
            .expect(201)
            .json();
        if number % 3 == 0 {
            let _ = withdraw(&ada, &ada.tenant_id, &made["id"]).expect(204);
        }
    }

    let problem = invite(&ada, &ada.tenant_id, "p0@example.com", "viewer").problem(409, "invitation-limit");

    assert_eq!(problem["limit"], 100);
    let _ = invite(&bob, &bob.tenant_id, "p0@example.com", "viewer").expect(201);
    app.advance(std::time::Duration::from_secs(86_400));
    let ada = app.log_in("ada@example.com");
    let tenant_id = &app.db().rows("select id from tenant where name = 'ada'")[0][0];
    let _ = invite(&ada, tenant_id, "p0@example.com", "viewer").expect(201);
}

#[test]
fn a_request_that_is_sent_again_is_answered_as_the_first_time_and_mails_once() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let body = json!({ "email": "grace@example.com", "role": "viewer" });
    let send = || ada.post(&path(&ada.tenant_id), &body).header("idempotency-key", "one").send().expect(201);

    let (first, again) = (send(), send());

    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.mails(LETTER, "grace@example.com").len(), 1);
}

#[test]
fn what_is_over_is_listed_no_more_and_removed_by_the_tick() {
    let app = App::start();
    let ada = owner(&app, "ada");
    let _ = invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").expect(201);
    app.advance(std::time::Duration::from_secs(7 * 86_400));
    let ada_again = app.log_in(&ada.email);
    assert_eq!(listed(&ada_again, &ada.tenant_id), Vec::<Value>::new());
    let _ = app.deliver_mail();
    assert_eq!(app.db().number("select count(*) from invitation"), 0);
}

/// A tenant's name is anybody's choice; a mail has no markup that it could be, and a subject that it isn't part of.
#[test]
fn a_name_that_looks_like_a_header_or_markup_is_text() {
    let app = App::start();
    let ada = owner(&app, "ada");
    app.db().execute(&format!(
        "update tenant set name = '<b>x</b>\r\nBcc: eve@example.org\r\n\r\n{{code}}' where id = '{}'",
        ada.tenant_id
    ));
    let _ = invite(&ada, &ada.tenant_id, "grace@example.com", "viewer").expect(201);

    let mail = app.mails(LETTER, "grace@example.com").remove(0);

    assert_eq!(mail["subject"], "You are invited");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("\"<b>x</b>  Bcc: eve@example.org    {code}\""), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
}

/// A key is bounded by scopes, networks and an end; a person whom it invites is not.
#[test]
fn a_key_invites_nobody_and_changes_no_role_and_no_demand() {
    let app = App::start().without_limits();
    let ada = owner(&app, "ada");
    let viewer = app.member(&ada, "viewer");
    let key = ada.key(&["admin", "read", "write"]);
    let tenant = &ada.tenant_id;

    invite(&key, tenant, "eve@example.com", "owner").problem(403, "forbidden");
    invite(&key, tenant, "eve@example.com", "viewer").problem(403, "forbidden");
    let member = format!("/api/v1/tenants/{tenant}/members/{}", viewer.user_id);
    let promoted = key.request("PATCH", &member).json(&json!({ "role": "owner" })).send();
    promoted.problem(403, "forbidden");
    let security = format!("/api/v1/tenants/{tenant}/security");
    let demand = key.request("PATCH", &security).json(&json!({ "second_factor_required": false })).send();
    demand.problem(403, "forbidden");
    assert_eq!(app.db().number("select count(*) from invitation"), 0);
}
