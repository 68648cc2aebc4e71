//! What nobody sees, and what opens nothing in another place.

use insula_tests::support::{App, Form, Second, only_on_postgresql};

use super::super::schemas::analyzed;
use super::{give, listed};

/// Protects the password of a tenant's database from everybody who sees answers, the log, or the platform's database.
#[test]
fn the_address_is_in_no_answer_no_log_and_nowhere_in_clear_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let own = Second::create();
    let secret = "s3cret-of-this-database";
    let (_, rest) = own.address.split_once('@').unwrap();
    let address = format!("postgres://postgres:{secret}@{rest}");
    let mut told = Vec::new();
    told.push(give(&app, &ada.tenant_id, &format!("{address}?options=x")).text());
    told.push(give(&app, &ada.tenant_id, &address.replace(own.name(), "is_not_there")).text());
    told.push(give(&app, &ada.tenant_id, &address).expect(200).text());
    let _ = analyzed(&ada);
    let path = format!("/api/v1/tenants/{}", ada.tenant_id);
    for path in [
        path.clone(),
        format!("{path}/onboarding"),
        format!("{path}/diagnostics"),
        format!("{path}/audit-log"),
    ] {
        told.push(app.operator().get(&path).send().expect(200).text());
    }
    own.open(false);
    for path in ["/api/v1/reports".to_owned(), format!("{path}/onboarding")] {
        told.push(ada.get(&path).send().expect(503).text());
    }
    let found = ada.get(&format!("{path}/diagnostics")).send().expect(200).text();
    assert!(found.contains("own_database") && found.contains("problem"), "{found}");
    told.push(found);
    told.push(app.operator().request("POST", "/internal/tick").send().expect(200).text());
    own.open(true);
    told.extend(app.log());
    told.extend(app.db().dump());
    for text in &told {
        assert!(!text.contains(secret), "{text}");
    }
    // Where the database is and what it is called is not in the log either.
    for line in app.log() {
        assert!(!line.contains(own.name()), "{line}");
    }
    assert!(app.db().dump().iter().any(|line| line.starts_with("tenant_database: ")));
}

/// Protects tenants from whoever can write the platform's database and exchanges where their data is.
#[test]
fn an_address_or_an_intent_in_another_tenants_place_opens_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (hers, his) = (Second::create(), Second::create());
    let _ = give(&app, &ada.tenant_id, &hers.address).expect(200);
    let _ = give(&app, &bob.tenant_id, &his.address).expect(200);
    let of_bob = analyzed(&bob);
    app.db().execute(&format!(
        "create table kept as select * from tenant_database;
         update tenant_database set sealed = (select k.sealed from kept k where k.tenant_id = '{}') where tenant_id = '{}'",
        bob.tenant_id, ada.tenant_id
    ));
    ada.get("/api/v1/reports").send().problem(500, "internal");
    let upload = Form::file("a\n1\n");
    ada.request("POST", "/api/v1/analyze").form(&upload).send().problem(500, "internal");
    app.db().execute(
        "update tenant_database d set sealed = k.sealed from kept k where k.tenant_id = d.tenant_id",
    );
    assert_eq!(listed(&ada), Vec::<String>::new());

    // An intent of his is none of hers.
    his.open(false);
    let later = analyzed(&bob);
    app.db().execute(&format!("update product_intent set tenant_id = '{}'", ada.tenant_id));
    ada.get("/api/v1/reports").send().problem(500, "internal");
    app.db().execute(&format!("update product_intent set tenant_id = '{}'", bob.tenant_id));
    his.open(true);
    let mut all = vec![of_bob, later];
    all.sort();
    assert_eq!((listed(&bob), listed(&ada)), (all.clone(), vec![]));

    // And a database that turns out to be another tenant's is not read.
    his.execute(&format!("update insula.home set tenant_id = '{}'", ada.tenant_id));
    bob.get("/api/v1/reports").send().problem(503, "unavailable");
    his.execute(&format!("update insula.home set tenant_id = '{}'", bob.tenant_id));
    assert_eq!(listed(&bob), all);
}

/// Protects from a statement that says more than it should: what reads can't write, and no row of another tenant fits in.
#[test]
fn what_reads_changes_nothing_and_no_row_of_another_tenant_fits_in_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let own = Second::create();
    let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
    let _ = analyzed(&ada);
    let (hers, his) = (&ada.tenant_id, &bob.tenant_id);
    let row =
        format!("insert into report values ('x', '{his}', 'c', null, null, 1, 1, 1, 'b', 0) returning id");
    let read = |tenant: &str, text: &str| {
        format!("select insula.read('{tenant}', array[$t${text}$t$], '{{}}', false)")
    };
    for (attack, why) in [
        (read(hers, "delete from report returning id"), "read-only"),
        (read(hers, &row), "read-only"),
        (read(hers, "select insula.apply('x', 'y', '{}', '{}')"), "another tenant"),
        (read(hers, &format!("select insula.claim('{his}')")), "read-only"),
        (read(hers, "select set_config('transaction_read_only', 'off', true)"), "read-write mode"),
        (read(his, "select * from report"), "another tenant"),
        (format!("select insula.apply('{his}', 'b', array[$t${row}$t$], '{{}}')"), "another tenant"),
        (format!("select insula.apply('{hers}', 'b', array[$t${row}$t$], '{{}}')"), "of_tenant"),
        (
            format!(
                "select insula.take('{hers}', 'c', 'report', '[{{\"id\":\"x\",\"tenant_id\":\"{his}\"}}]')"
            ),
            "null value",
        ),
    ] {
        let told = own.refusal(&attack).unwrap_or_else(|| panic!("{attack} was not refused"));
        assert!(told.contains(why), "{attack}: {told}");
    }
    assert_eq!(own.number("select count(*) from insula.report"), 1);
    let bound = "select relrowsecurity::text, relforcerowsecurity::text from pg_class where oid = 'insula.report'::regclass";
    assert_eq!(own.rows(bound), [["true", "true"]]);
}
