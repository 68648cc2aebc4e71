//! `POST /api/v1/auth/login` with a tenant: in which one the token acts.

use insula_tests::support::App;
use serde_json::{Value, json};

use super::{PASSWORD, bytes, login, register, token};

#[test]
fn a_token_acts_in_the_first_tenant_or_in_the_one_that_is_asked_for() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_millis(5));
    let second = ada.post("/api/v1/tenants", &json!({ "name": "Second" })).send().expect(201).json();
    let second = second["id"].as_str().unwrap();

    for (asked, acts_in) in
        [(None, ada.tenant_id.as_str()), (Some(&*ada.tenant_id), &ada.tenant_id), (Some(second), second)]
    {
        let caller = app.caller(&token(&app, &ada.email, asked));
        let me = caller.get("/api/v1/auth/me").send().expect(200).json();
        assert_eq!(me["active"]["tenant_id"], acts_in, "{asked:?}");
        let usage = caller.get("/api/v1/usage").send().expect(200).json();
        assert_eq!(usage["tenant_id"], acts_in, "{asked:?}");
    }

    let stored = app.db().rows("select tenant_id from session order by id").concat();
    assert!(stored.contains(&second.to_owned()), "{stored:?}");
}

#[test]
fn a_member_of_anothers_tenant_acts_there_in_its_role() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&ada.tenant_id, &bob.user_id, "viewer");

    let caller = app.caller(&token(&app, &bob.email, Some(&ada.tenant_id)));

    let me = caller.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(
        (&me["active"]["tenant_id"], &me["active"]["role"]),
        (&ada.tenant_id.into(), &"viewer".into())
    );
    caller.get("/api/v1/api-keys").send().problem(403, "forbidden");
}

#[test]
fn a_person_without_a_tenant_gets_a_token_that_acts_in_none() {
    let app = App::start();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let _ = register(&app, &body).expect(201);

    let answer = login(&app, &body).expect(200).json();

    assert_eq!(answer["tenant_id"], Value::Null);
    assert_eq!(app.db().rows("select tenant_id from session"), [["null"]]);
    let caller = app.caller(answer["access_token"].as_str().unwrap());
    let _ = caller.get("/api/v1/auth/me").send().expect(200);
    caller.get("/api/v1/usage").send().problem(404, "not-found");
}

/// Protects the stranger: whether a tenant exists is nobody's business but its members'.
#[test]
fn a_strangers_tenant_is_answered_byte_for_byte_as_an_absent_one() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let before = app.db().dump();
    let send = |tenant_id: &str| {
        login(&app, &json!({ "email": ada.email, "password": PASSWORD, "tenant_id": tenant_id }))
    };

    let strangers = send(&bob.tenant_id);

    strangers.problem(404, "not-found");
    for absent in ["ten_01h455vb4pex5vsknk084sn02q", "usr_01h455vb4pex5vsknk084sn02q", "nonsense", ""] {
        assert_eq!(bytes(&send(absent)), bytes(&strangers), "{absent:?}");
    }
    assert_eq!(app.db().dump(), before);
}

#[test]
fn who_is_a_member_no_longer_can_not_act_there_with_an_old_token() {
    let app = App::start();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let _ = admin.get("/api/v1/usage").send().expect(200);

    app.db().execute(&format!("delete from membership where user_id = '{}'", admin.user_id));

    for path in ["/api/v1/usage", "/api/v1/api-keys", &format!("/api/v1/tenants/{}", ada.tenant_id)] {
        admin.get(path).send().problem(404, "not-found");
    }
    let again = login(&app, &json!({ "email": admin.email, "password": PASSWORD })).expect(200).json();
    assert_eq!(again["tenant_id"], Value::Null);
}
