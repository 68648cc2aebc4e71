//! The key of a tenant, and what is sealed under it.

use insula_tests::support::{App, eight_at_once};

use super::{ask, sealing, text};

#[test]
fn what_a_tenant_sealed_is_opened_and_neither_it_nor_its_key_is_stored_in_clear() {
    let app = App::start();
    let ada = app.person("ada");
    let product = app.with_beside(sealing(), |_| {});
    let place = (&*ada.tenant_id, "webhook");

    let sealed = text(ask(&product, "seal", place, "a secret"));

    assert_eq!(text(ask(&product, "open", place, &sealed)), "a secret");
    assert!(!sealed.contains("secret"));
    let keys = app.db().rows("select tenant_id, length(sealed), length(wrapped_by) from tenant_key");
    assert_eq!(keys, [[ada.tenant_id.as_str(), "141", "16"]]);
}

#[test]
fn eight_who_need_the_first_key_at_once_get_the_same_one() {
    let app = App::start();
    let ada = app.person("ada");
    let product = app.with_beside(sealing(), |_| {});
    let place = (&*ada.tenant_id, "webhook");

    let sealed = eight_at_once(|number| text(ask(&product, "seal", place, &number.to_string())));

    for (number, sealed) in sealed.iter().enumerate() {
        assert_eq!(text(ask(&product, "open", place, sealed)), number.to_string());
    }
    assert_eq!(app.db().number("select count(*) from tenant_key"), 1);
}

/// Protects a tenant from whoever can write the database, and moves its secrets or its key to where another reads them.
#[test]
fn neither_a_secret_nor_a_key_opens_in_another_tenants_place_or_for_another_purpose() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let product = app.with_beside(sealing(), |_| {});
    let (hers, his) = ((&*ada.tenant_id, "webhook"), (&*bob.tenant_id, "webhook"));
    let sealed = text(ask(&product, "seal", hers, "a secret"));
    let _ = text(ask(&product, "seal", his, "another"));

    ask(&product, "open", his, &sealed).problem(500, "internal");
    ask(&product, "open", (hers.0, "database"), &sealed).problem(500, "internal");

    app.db().execute(&format!(
        "update tenant_key set sealed = (select k.sealed from tenant_key k where k.tenant_id = '{}')
         where tenant_id = '{}'",
        hers.0, his.0
    ));
    for text in [&sealed, "x"] {
        ask(&product, "open", his, text).problem(500, "internal");
    }
    ask(&product, "seal", his, "x").problem(500, "internal");
    assert_eq!(text(ask(&product, "open", hers, &sealed)), "a secret");
}

#[test]
fn a_tenant_that_is_not_there_or_on_its_way_out_gets_no_key_but_keeps_the_one_it_has() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let product = app.with_beside(sealing(), |_| {});
    let sealed = text(ask(&product, "seal", (&ada.tenant_id, "x"), "a secret"));
    app.db().execute("update tenant set state = 'deprovisioning'");

    for id in [&bob.tenant_id, "ten_01h455vb4pex5vsknk084sn02q", "x", ""] {
        ask(&product, "seal", (id, "x"), "a secret").problem(404, "not-found");
    }
    assert_eq!(text(ask(&product, "open", (&ada.tenant_id, "x"), &sealed)), "a secret");
    assert_eq!(app.db().number("select count(*) from tenant_key"), 1);
}

/// Protects who has left: a copy of the database that is made later opens nothing of it.
#[test]
fn the_key_goes_with_the_tenant() {
    let app = App::start();
    let ada = app.person("ada");
    let product = app.with_beside(sealing(), |_| {});
    let sealed = text(ask(&product, "seal", (&ada.tenant_id, "x"), "a secret"));
    let _ = ada.request("DELETE", &format!("/api/v1/tenants/{}", ada.tenant_id)).send().expect(202);
    let tick = || app.operator().request("POST", "/internal/tick").send().expect(200);
    let _ = tick();
    assert_eq!(app.db().number("select count(*) from tenant_key"), 1);
    app.advance(std::time::Duration::from_secs(301));

    let _ = tick();

    assert_eq!(app.db().number("select count(*) from tenant_key"), 0);
    ask(&product, "open", (&ada.tenant_id, "x"), &sealed).problem(404, "not-found");
}

#[test]
fn without_a_master_key_that_can_be_one_nothing_is_sealed_and_the_log_says_why() {
    let app = App::start();
    let ada = app.person("ada");
    for (name, value) in [("master_key", ""), ("master_key", "s3cret"), ("master_key_previous", "s3cret")] {
        let product = app.with_beside(sealing(), |settings| {
            settings.variables.insert(name.to_owned(), value.to_owned());
        });
        ask(&product, "seal", (&ada.tenant_id, "x"), "a secret").problem(503, "master-key-unusable");
        let log = product.log().join("\n");
        assert!(log.contains(&format!("the variable `{name}` cannot be read")), "{log}");
        assert!(!log.contains("s3cret") && !log.contains("a secret"), "{log}");
    }
    assert_eq!(app.db().number("select count(*) from tenant_key"), 0);
}

/// Protects against a server that is started with a key of its own over the data of another.
#[test]
fn a_key_that_another_master_key_wrapped_is_named_and_is_no_garbage() {
    let app = App::start();
    let ada = app.person("ada");
    let sealed = text(ask(&app.with_beside(sealing(), |_| {}), "seal", (&ada.tenant_id, "x"), "a secret"));
    let other = "another master key, which is long enough";
    let product = app.with_beside(sealing(), |settings| {
        settings.variables.insert("master_key".to_owned(), other.to_owned());
    });

    ask(&product, "open", (&ada.tenant_id, "x"), &sealed).problem(503, "master-key-unusable");

    let log = product.log().join("\n");
    let by = app.db().rows("select wrapped_by from tenant_key").concat().concat();
    assert!(log.contains(&by) && !log.contains(other) && !log.contains(&sealed), "{log}");
}
