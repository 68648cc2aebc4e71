//! Accepting an invitation: `POST /api/v1/auth/invitations/accept`, and `POST /api/v1/auth/register` with `invitation`

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, Person, eight_at_once};
use serde_json::{Value, json};

use super::{PASSWORD, bytes, register};

const LETTER: &str = "invitation";
const PATH: &str = "/api/v1/auth/invitations/accept";

/// An owner on a plan with ten seats.
fn owner(app: &App) -> Person<'_> {
    let owner = app.person("owner");
    app.db().execute("update tenant set plan = 'professional'");
    owner
}

fn send(inviter: &Caller<'_>, tenant_id: &str, email: &str, role: &str) {
    let body = json!({ "email": email, "role": role });
    let _ = inviter.post(&format!("/api/v1/tenants/{tenant_id}/invitations"), &body).send().expect(201);
}

/// Invites an address, and returns the code that it is mailed.
fn invite(app: &App, owner: &Person<'_>, email: &str, role: &str) -> String {
    send(owner, &owner.tenant_id, email, role);
    app.code(LETTER, email)
}

fn accept(caller: &Caller<'_>, token: &str) -> Answer {
    caller.post(PATH, &json!({ "token": token })).header("x-request-id", "same").send()
}

fn join(app: &App, email: &str, token: &str) -> Answer {
    register(app, &json!({ "email": email, "password": PASSWORD, "invitation": token }))
}

fn members(app: &App, tenant_id: &str) -> i64 {
    app.db().number(&format!("select count(*) from membership where tenant_id = '{tenant_id}'"))
}

/// Of an answer what a client could compare, but what is left of the limits.
fn said(answer: &Answer) -> (u16, Vec<u8>) {
    let (status, _, body) = bytes(answer);
    (status, body)
}

#[test]
fn whoever_is_invited_joins_with_its_account_and_the_address_is_confirmed() {
    let app = App::start();
    let (owner, grace) = (owner(&app), app.person("grace"));
    let code = invite(&app, &owner, &grace.email, "analyst");

    let answer = accept(&grace, &code).expect(200);

    assert_eq!(answer.json(), json!({ "tenant_id": owner.tenant_id, "name": "owner", "role": "analyst" }));
    let me = grace.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(me["user"]["email_verified"], true);
    assert_eq!(me["memberships"].as_array().unwrap().len(), 2);
    let switched = json!({ "tenant_id": owner.tenant_id });
    let _ = grace.post("/api/v1/auth/switch", &switched).send().expect(200);
    accept(&grace, &code).problem(403, "invalid-token");
    assert_eq!(app.db().number("select count(*) from invitation"), 0);
}

#[test]
fn whoever_is_invited_joins_by_registering_and_needs_no_other_mail() {
    let app = App::start();
    let owner = owner(&app);
    let code = invite(&app, &owner, "grace@example.com", "admin");

    let made = join(&app, " GRACE@example.com", &code).expect(201).json();

    assert_eq!(made["user"]["email_verified"], true);
    assert_eq!(
        made["tenant"],
        json!({
            "id": owner.tenant_id, "name": "owner", "state": "active", "plan": "professional", "role": "admin",
            "created_at": "2030-01-01T00:00:00Z",
        })
    );
    let grace = app.log_in("grace@example.com");
    let me = grace.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!((&me["active"]["role"], &me["user"]["email_verified"]), (&"admin".into(), &true.into()));
    assert_eq!(app.mails("verify-email", "grace@example.com").len(), 0);
    join(&app, "grace@example.com", &code).problem(403, "invalid-token");
}

#[test]
fn a_registration_joins_a_tenant_or_makes_one_and_not_both() {
    let app = App::start();
    let owner = owner(&app);
    let code = invite(&app, &owner, "grace@example.com", "viewer");
    let before = app.db().dump();
    let body = json!({ "email": "grace@example.com", "password": PASSWORD, "tenant_name": "Own", "invitation": code });
    register(&app, &body).invalid("/invitation", "excluded");
    assert_eq!(app.db().dump(), before);
}

/// Whatever is wrong with a code, the answer tells only that it is not valid; also to who has another's.
#[test]
fn every_code_that_proves_nothing_is_answered_byte_for_byte_the_same() {
    let app = App::start().without_limits();
    let owner = owner(&app);
    let (grace, eve) = (app.person("grace"), app.person("eve"));
    let code = invite(&app, &owner, &grace.email, "viewer");
    let refused = accept(&grace, &format!("ins_invite_{}", "A".repeat(43)));
    refused.problem(403, "invalid-token");
    let flipped = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { "B" } else { "A" });
    let before = app.db().dump();

    for other in ["", "nonsense", &flipped, &code.replace("invite", "reset"), &"x".repeat(10_000)] {
        assert_eq!(said(&accept(&grace, other)), said(&refused), "{other}");
    }
    assert_eq!(said(&accept(&eve, &code)), said(&refused), "it is another's");
    join(&app, "mallory@example.com", &code).problem(403, "invalid-token");
    assert_eq!(app.db().dump(), before);

    let id = app.db().rows("select id from invitation")[0][0].clone();
    let path = format!("/api/v1/tenants/{}/invitations/{id}", owner.tenant_id);
    let _ = owner.request("DELETE", &path).send().expect(204);
    assert_eq!(said(&accept(&grace, &code)), said(&refused), "withdrawn");
    let replaced = invite(&app, &owner, &grace.email, "viewer");
    app.advance(Duration::from_millis(1));
    let newer = invite(&app, &owner, &grace.email, "viewer");
    assert_ne!(replaced, newer);
    assert_eq!(said(&accept(&grace, &replaced)), said(&refused), "replaced");
    app.advance(Duration::from_secs(7 * 86_400));
    let grace = app.log_in(&grace.email);
    assert_eq!(said(&accept(&grace, &newer)), said(&refused), "expired");
}

/// Whoever is removed, or may do less now, leaves no door open behind it.
#[test]
fn an_invitation_counts_only_while_its_sender_may_send_it() {
    let app = App::start().without_limits();
    let owner = owner(&app);
    let (admin, grace) = (app.member(&owner, "admin"), app.person("grace"));
    send(&admin, &owner.tenant_id, &grace.email, "admin");
    let code = app.code(LETTER, &grace.email);
    let member = format!("/api/v1/tenants/{}/members/{}", owner.tenant_id, admin.user_id);
    let set_role = |role: &str| {
        let _ = owner.request("PATCH", &member).json(&json!({ "role": role })).send().expect(200);
    };

    set_role("analyst");
    accept(&grace, &code).problem(403, "invalid-token");
    set_role("admin");
    let _ = owner.request("DELETE", &member).send().expect(204);

    accept(&grace, &code).problem(403, "invalid-token");
    join(&app, &grace.email, &code).problem(403, "invalid-token");
    assert_eq!(members(&app, &owner.tenant_id), 1);
}

/// An owner who is made an admin has sent invitations that an admin may not send.
#[test]
fn an_invitation_to_be_an_owner_counts_only_while_its_sender_is_one() {
    let app = App::start();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "owner");
    app.db()
        .execute(&format!("update membership set role = 'admin' where tenant_id = '{}'", owner.tenant_id));
    accept(&grace, &code).problem(403, "invalid-token");
    app.db()
        .execute(&format!("update membership set role = 'owner' where tenant_id = '{}'", owner.tenant_id));
    let _ = accept(&grace, &code).expect(200);
}

#[test]
fn a_suspended_tenant_is_joined_by_nobody_until_it_is_active_again() {
    let app = App::start();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "viewer");
    let set = |state: &str| {
        app.db().execute(&format!("update tenant set state = '{state}' where id = '{}'", owner.tenant_id));
    };
    set("suspended");
    accept(&grace, &code).problem(403, "invalid-token");
    join(&app, "grace@example.com", &code).problem(403, "invalid-token");
    set("active");
    let _ = accept(&grace, &code).expect(200);
}

#[test]
fn a_member_who_accepts_keeps_its_role_and_is_told() {
    let app = App::start();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "admin");
    app.join(&owner.tenant_id, &grace.user_id, "viewer");
    accept(&grace, &code).problem(409, "already-member");
    let role = format!(
        "select role from membership where user_id = '{}' and tenant_id = '{}'",
        grace.user_id, owner.tenant_id
    );
    assert_eq!(app.db().rows(&role), [["viewer"]]);
}

#[test]
fn who_is_registered_already_joins_by_its_account() {
    let app = App::start();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "viewer");
    let before = app.db().dump();
    join(&app, &grace.email, &code).problem(409, "email-taken");
    assert_eq!(app.db().dump(), before);
    let _ = accept(&grace, &code).expect(200);
}

/// Eight invitations to one seat: the plan's limit holds however many accept at once, and who loses loses nothing.
#[test]
fn of_eight_who_accept_at_once_one_gets_the_last_seat() {
    let app = App::start().without_limits();
    let owner = owner(&app);
    let guests: Vec<Person<'_>> = (0..8).map(|number| app.person(&format!("guest{number}"))).collect();
    let codes: Vec<String> =
        guests.iter().map(|guest| invite(&app, &owner, &guest.email, "viewer")).collect();
    app.db().execute("update plan set max_users = 2 where name = 'professional'");

    let statuses = eight_at_once(|number| accept(&guests[number], &codes[number]).status);

    let count = |status| statuses.iter().filter(|other| **other == status).count();
    assert_eq!((count(200), count(409)), (1, 7), "{statuses:?}");
    assert_eq!(members(&app, &owner.tenant_id), 2);
    assert_eq!(app.db().number("select count(*) from invitation"), 7);
    app.db().execute("update plan set max_users = null where name = 'professional'");
    let later = statuses.iter().position(|status| *status == 409).unwrap();
    let _ = accept(&guests[later], &codes[later]).expect(200);
}

#[test]
fn of_eight_who_register_at_once_one_gets_the_last_seat_and_the_others_no_account() {
    let app = App::start().without_limits();
    let owner = owner(&app);
    let email = |number: usize| format!("guest{number}@example.com");
    let codes: Vec<String> = (0..8).map(|number| invite(&app, &owner, &email(number), "viewer")).collect();
    app.db().execute("update plan set max_users = 2 where name = 'professional'");

    let answers = eight_at_once(|number| join(&app, &email(number), &codes[number]));

    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "member-limit");
    }
    assert_eq!(members(&app, &owner.tenant_id), 2);
    assert_eq!(app.db().number("select count(*) from user_account"), 2);
}

#[test]
fn one_code_lets_one_in_however_many_use_it_at_once() {
    let app = App::start().without_limits();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "viewer");

    let mut statuses = eight_at_once(|_| accept(&grace, &code).status);

    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403, 403, 403, 403, 403, 403, 403]);
    assert_eq!(members(&app, &owner.tenant_id), 2);
}

#[test]
fn an_acceptance_that_is_sent_again_is_answered_as_the_first_time() {
    let app = App::start();
    let owner = owner(&app);
    let grace = app.person("grace");
    let code = invite(&app, &owner, &grace.email, "viewer");
    let send = || {
        let body: Value = json!({ "token": code });
        grace.post(PATH, &body).header("idempotency-key", "one").send().expect(200)
    };
    let (first, again) = (send(), send());
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotency-replayed"), "true");
}
