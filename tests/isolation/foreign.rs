//! What belongs to another tenant and is not an id in a path: its cursors, its ETags, its idempotency keys, the names of
//! its uploads. Each is tried by somebody else, as it is and changed in one place.

use insula_kit::route::{Access, Route};
use insula_tests::routes::groups;
use insula_tests::support::{App, Form, Person};
use serde_json::{Value, json};

use super::and_changed;

fn analyze(person: &Person<'_>, csv: &str, key: &str) -> insula_tests::support::Answer {
    let request = person.request("POST", "/api/v1/analyze").form(&Form::file(csv));
    request.header("idempotency-key", key).send()
}

/// At least three of everything that is listed.
fn fill<'a>(app: &'a App, person: &Person<'a>) {
    let own = format!("/api/v1/tenants/{}", person.tenant_id);
    for number in 0..3 {
        let csv = format!("{},b\n1,{number}\n", person.email);
        let _ = analyze(person, &csv, &format!("k{number}")).expect(201);
        let _ = person.key(&["read"]);
        let another = json!({ "name": "another" });
        let _ = person.request("POST", "/api/v1/tenants").json(&another).send().expect(201);
        let guest = json!({ "email": format!("guest-{number}@example.com"), "role": "viewer" });
        let _ = person.post(&format!("{own}/invitations"), &guest).send().expect(201);
        let _ = app.member(person, ["viewer", "analyst", "admin"][number]);
        let acting = json!({ "user_id": person.user_id, "tenant_id": person.tenant_id, "reason": "A test" });
        let _ = app.operator().post("/api/v1/auth/impersonate", &acting).send().expect(200);
    }
}

/// What a list of a tenant's or a person's own has: the ids of each item.
fn listed(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let ids = items.iter().map(|item| {
        let id = ["id", "session_id", "user_id"].into_iter().find_map(|name| item[name].as_str());
        id.unwrap_or_else(|| panic!("no id in {item}")).to_owned()
    });
    ids.collect()
}

#[test]
fn a_cursor_of_another_tenant_shows_nothing_of_it_however_it_is_changed() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    fill(&app, &ada);
    fill(&app, &bob);
    let groups = groups();
    let has_pages = |route: &&Route<()>| route.doc.query.iter().any(|query| query.name == "cursor");
    let lists = groups.iter().flat_map(|group| &group.routes).filter(has_pages);
    let mut tried = 0;
    for list in lists.filter(|route| route.access != Access::Operator).map(|route| route.path) {
        let of = |person: &Person<'_>| list.replace("{tenant_id}", &person.tenant_id);
        let all = ada.get(&format!("{}?limit=100", of(&ada))).send().expect(200).json();
        let hers = listed(&all);
        let page = ada.get(&format!("{}?limit=1", of(&ada))).send().expect(200).json();
        let cursor = page["next_cursor"].as_str().unwrap_or_else(|| panic!("{list} has one page: {page}"));
        for cursor in and_changed(cursor) {
            let answer = bob.get(&format!("{}?limit=10&cursor={cursor}", of(&bob))).send();
            assert!(matches!(answer.status, 200 | 400 | 422), "{answer}");
            assert!(!answer.text().contains(&ada.tenant_id), "{answer}");
            assert!(hers.iter().all(|id| !answer.text().contains(id)), "{answer}");
        }
        tried += 1;
    }
    assert!(tried >= 8, "only {tried} lists");
}

#[test]
fn an_etag_of_another_tenant_changes_nothing_there() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    let etag = ada.get(&path).send().expect(200).header("etag").to_owned();
    let before = app.db().dump();
    for tag in and_changed(&etag).iter().map(String::as_str).chain(["*", "\"0\"", "W/\"0\""]) {
        let answer =
            bob.request("PATCH", &path).json(&json!({ "name": "stolen" })).header("if-match", tag).send();
        answer.problem(404, "not-found");
    }
    // Nor is it one of his own.
    let own = format!("/api/v1/tenants/{}", bob.tenant_id);
    for tag in and_changed(&etag) {
        let answer =
            bob.request("PATCH", &own).json(&json!({ "name": "his" })).header("if-match", &tag).send();
        assert!(matches!(answer.status, 400 | 412 | 422), "{answer}");
        let read = bob.get(&own).header("if-none-match", &tag).send();
        assert!(read.status != 304, "{read}");
    }
    assert_eq!(app.db().dump(), before);
}

#[test]
fn an_idempotency_key_of_another_tenant_answers_nothing_of_it() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let key = "8e03978e-40d5-43dd-bc93-6894a57f9324";
    let hers = analyze(&ada, "a,b\n1,2\n", key).expect(201).json();
    for key in and_changed(key) {
        let his = analyze(&bob, "a,b\n1,2\n", &key).expect(201).json();
        assert_ne!(his["id"], hers["id"]);
        let read = ada.get(&format!("/api/v1/reports/{}", his["id"].as_str().unwrap())).send();
        read.problem(404, "not-found");
    }
    assert_eq!(analyze(&ada, "a,b\n1,2\n", key).expect(201).json()["id"], hers["id"]);
}

#[test]
fn the_same_name_of_an_upload_is_another_tenants_own_report() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let hers =
        ada.request("POST", "/api/v1/analyze").form(&Form::file("hers,b\n1,2\n")).send().expect(201).json();
    let his =
        bob.request("POST", "/api/v1/analyze").form(&Form::file("his,b\n1,2\n")).send().expect(201).json();
    for (person, own, other) in [(&ada, "hers", "his"), (&bob, "his", "hers")] {
        let list = person.get("/api/v1/reports").send().expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        let id = list["items"][0]["id"].as_str().unwrap();
        let shown = person.get(&format!("/api/v1/reports/{id}")).send().expect(200).text();
        assert!(shown.contains(&format!("\"{own}\"")) && !shown.contains(&format!("\"{other}\"")), "{shown}");
    }
    assert_ne!(hers["id"], his["id"]);
}

/// A name is words: whatever stands in it leads nowhere.
#[test]
fn a_name_of_an_upload_that_names_another_tenants_things_is_only_a_name() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let hers = analyze(&ada, "hers,b\n1,2\n", "k").expect(201).json();
    let id = hers["id"].as_str().unwrap();
    let schema = super::schemas::schema(&ada.tenant_id);
    let path = format!("/api/v1/reports/{id}");
    let before = ada.get(&path).send().expect(200).text();
    let names = [
        id.to_owned(),
        format!("{schema}.report"),
        format!("../{}/data.csv", ada.tenant_id),
        format!("'; delete from {schema}.report; --"),
        format!("{id}', '{}') on conflict do nothing --", ada.tenant_id),
        "data.csv".to_owned(),
    ];
    for name in names.iter().flat_map(|name| and_changed(name)) {
        let disposition = format!("name=\"file\"; filename=\"{name}\"");
        let form = Form::default().part(&disposition, "his,b\n1,2\n");
        let his = bob.request("POST", "/api/v1/analyze").form(&form).send();
        if his.status == 201 {
            // Of a path what comes last.
            assert_eq!(his.json()["file_name"], name.rsplit('/').next().unwrap_or_default());
            assert!(!his.text().contains("hers"), "{his}");
        } else {
            his.problem(422, "invalid");
        }
    }
    assert_eq!(ada.get(&path).send().expect(200).text(), before);
    let list = ada.get("/api/v1/reports").send().expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
}
