//! `/api/v1/tenants/{tenant_id}/members`

use insula_tests::support::{Answer, App, Caller, Person, at_once};
use serde_json::{Value, json};

fn path(tenant_id: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/members")
}

fn list(caller: &Caller<'_>, tenant_id: &str) -> Answer {
    caller.get(&path(tenant_id)).send()
}

fn set_role(caller: &Caller<'_>, member: &Person<'_>, role: &str) -> Answer {
    let path = format!("{}/{}", path(&member.tenant_id), member.user_id);
    caller.request("PATCH", &path).json(&json!({ "role": role })).send()
}

fn remove(caller: &Caller<'_>, member: &Person<'_>) -> Answer {
    caller.request("DELETE", &format!("{}/{}", path(&member.tenant_id), member.user_id)).send()
}

fn role(app: &App, member: &Person<'_>) -> String {
    let of = format!("tenant_id = '{}' and user_id = '{}'", member.tenant_id, member.user_id);
    app.db().rows(&format!("select role from membership where {of}")).concat().concat()
}

#[test]
fn shows_each_member_once_page_by_page_and_nobody_elses() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let members = ["admin", "analyst", "viewer"].map(|role| app.member(&ada, role));
    let _ = app.member(&bob, "viewer");

    let mut found: Vec<(String, String)> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ada.get(&format!("{}?limit=3{cursor}", path(&ada.tenant_id))).send().expect(200).json();
        for item in page["items"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            found.push((text("user_id"), text("role")));
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }

    let mut expected: Vec<(String, String)> = vec![(ada.user_id.clone(), "owner".to_owned())];
    expected.extend(members.iter().map(|member| (member.user_id.clone(), role(&app, member))));
    expected.sort();
    assert_eq!(found, expected);
    let one = list(&ada, &ada.tenant_id).json()["items"][0].clone();
    let fields: Vec<&String> = one.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["email", "joined_at", "name", "role", "user_id"]);
}

#[test]
fn a_changed_role_counts_from_the_next_call_on() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "viewer");
    member.get("/api/v1/api-keys").send().problem(403, "forbidden");

    let answer = set_role(&ada, &member, "admin").expect(200);

    assert_eq!(
        (&answer.json()["role"], &answer.json()["user_id"]),
        (&"admin".into(), &member.user_id.clone().into())
    );
    assert_eq!(role(&app, &member), "admin");
    let _ = member.get("/api/v1/api-keys").send().expect(200);
    let _ = set_role(&ada, &member, "analyst").expect(200);
    member.get("/api/v1/api-keys").send().problem(403, "forbidden");
}

#[test]
fn who_is_removed_is_a_stranger_from_the_next_call_on_and_so_are_its_keys() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let key = member.key(&["read"]);
    let _ = key.get("/api/v1/usage").send().expect(200);

    let answer = remove(&ada, &member).expect(204);

    assert!(answer.body.is_empty(), "{answer}");
    member.get("/api/v1/usage").send().problem(404, "not-found");
    list(&member, &ada.tenant_id).problem(404, "not-found");
    key.get("/api/v1/usage").send().problem(401, "unauthenticated");
    remove(&ada, &member).problem(404, "not-found");
    let _ = ada.get("/api/v1/usage").send().expect(200);
}

/// Otherwise an admin could make itself an owner, or throw the owner out.
#[test]
fn an_admin_can_neither_make_nor_change_nor_remove_an_owner() {
    let app = App::start();
    let ada = app.person("ada");
    let (admin, viewer) = (app.member(&ada, "admin"), app.member(&ada, "viewer"));
    let _ = set_role(&ada, &viewer, "owner").expect(200);
    let before = app.db().rows("select user_id, role from membership order by user_id");

    for answer in [
        set_role(&admin, &admin, "owner"),
        set_role(&admin, &viewer, "viewer"),
        set_role(&admin, &viewer, "owner"),
        remove(&admin, &viewer),
        remove(&admin, &ada),
    ] {
        answer.problem(403, "forbidden");
    }

    assert_eq!(app.db().rows("select user_id, role from membership order by user_id"), before);
    let key = admin.key(&["admin"]);
    set_role(&key, &viewer, "viewer").problem(403, "forbidden");
}

#[test]
fn the_last_owner_stays_one_until_there_is_another() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "viewer");
    for answer in [remove(&ada, &ada), set_role(&ada, &ada, "admin")] {
        answer.problem(409, "last-owner");
    }
    assert_eq!(role(&app, &ada), "owner");
    let _ = set_role(&ada, &ada, "owner").expect(200);

    let _ = set_role(&ada, &member, "owner").expect(200);

    let _ = remove(&ada, &ada).expect(204);
    set_role(&member, &member, "viewer").problem(409, "last-owner");
}

#[test]
fn of_owners_who_leave_at_the_same_time_one_stays() {
    for round in 0..6 {
        let app = App::start();
        let ada = app.person("ada");
        let names = ["admin", "analyst", "viewer"];
        let mut owners: Vec<Person<'_>> = names.iter().map(|role| app.member(&ada, role)).collect();
        for owner in &owners {
            let _ = set_role(&ada, owner, "owner").expect(200);
        }
        owners.push(ada.clone());

        let answers = at_once(owners.len(), |number| match (number + round) % 2 {
            0 => remove(&owners[number], &owners[number]),
            _ => set_role(&owners[number], &owners[number], "viewer"),
        });

        let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status >= 400).collect();
        assert_eq!(refused.len(), 1, "{answers:?}");
        refused[0].problem(409, "last-owner");
        assert_eq!(app.db().number("select count(*) from membership where role = 'owner'"), 1);
    }
}

#[test]
fn a_change_to_another_version_than_the_present_one_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "viewer");
    let first = set_role(&ada, &member, "analyst").expect(200);
    let tag = first.header("etag").to_owned();
    let send = |tag: &str, role: &str| {
        let path = format!("{}/{}", path(&member.tenant_id), member.user_id);
        ada.request("PATCH", &path).header("if-match", tag).json(&json!({ "role": role })).send()
    };

    let second = send(&tag, "admin").expect(200);

    assert_ne!(second.header("etag"), tag);
    for stale in [&*tag, "\"other\"", &format!("W/{}", second.header("etag"))] {
        send(stale, "viewer").problem(412, "stale");
    }
    assert_eq!(role(&app, &member), "admin");
    let _ = send(&format!("\"other\", {}", second.header("etag")), "viewer").expect(200);
    let _ = send("*", "analyst").expect(200);
}

#[test]
fn what_is_no_role_is_refused_and_changes_nothing() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "viewer");
    for odd in ["operator", "Owner", "", "owner "] {
        set_role(&ada, &member, odd).invalid("/role", "value");
    }
    let path = format!("{}/{}", path(&ada.tenant_id), member.user_id);
    ada.request("PATCH", &path).json(&json!({ "role": Value::Null })).send().invalid("/role", "type");
    assert_eq!(role(&app, &member), "viewer");
}

#[test]
fn who_belongs_to_another_tenant_is_no_member_of_this_one() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let foreign = Person { tenant_id: ada.tenant_id.clone(), ..bob.clone() };
    remove(&ada, &foreign).problem(404, "not-found");
    set_role(&ada, &foreign, "viewer").problem(404, "not-found");
    assert_eq!(role(&app, &bob), "owner");
}
