//! Every route that changes something, and the tick, where the entry can't be written: nothing of the change is there.

use std::time::Duration;

use insula_kit::route::Method;
use insula_tests::routes::groups;
use insula_tests::support::{App, Database, Form, only_on_postgresql};

use super::audited::is_recorded_here;
use super::good::good;
use super::world::Side;

/// Makes the log take no entry, or take them again.
pub fn refuse_entries(app: &App, refused: bool) {
    app.db().execute(match (app.db(), refused) {
        (Database::Sqlite(_), true) => {
            "create trigger broken before insert on audit_entry begin select raise(abort, 'broken'); end"
        }
        (Database::Sqlite(_), false) => "drop trigger broken",
        (Database::Postgres(_), true) => {
            "alter table audit_entry add constraint broken check (false) not valid"
        }
        (Database::Postgres(_), false) => "alter table audit_entry drop constraint broken",
    });
}

#[test]
fn a_change_whose_entry_can_not_be_written_is_not_made() {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    let mut tried = 0;
    for route in groups().iter().flat_map(|group| &group.routes) {
        let id = route.doc.id;
        if route.method == Method::Get || !is_recorded_here(id) {
            continue;
        }
        let asked = good(&app, &ada, route);
        refuse_entries(&app, true);
        let before = app.db().dump();
        let answer = asked.send();
        let after = app.db().dump();
        refuse_entries(&app, false);

        assert!(answer.status >= 500, "{id}: {answer}");
        assert_eq!(after, before, "{id} changed something without an entry");
        tried += 1;
    }
    assert!(tried >= 30, "only {tried} were tried");
}

/// Protects a tenant's product data: they are where its row says, also when the move can't be noted.
#[test]
fn a_move_of_product_data_whose_entry_can_not_be_written_is_not_made_on_postgresql() {
    only_on_postgresql();
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let _ = ada.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    for model in ["shared", "schema"] {
        let body = serde_json::json!({ "isolation": model });
        refuse_entries(&app, true);
        let before = (app.db().dump(), app.db().own_tables());
        let answer = ada.request("PATCH", &own).json(&body).send();
        let after = (app.db().dump(), app.db().own_tables());
        refuse_entries(&app, false);
        assert!(answer.status >= 500, "{answer}");
        assert_eq!(after, before, "{model}");
        let _ = ada.request("PATCH", &own).json(&body).send().expect(200);
    }
}

/// What nobody asks for, and is done when it is due.
#[test]
fn a_transition_of_the_tick_whose_entry_can_not_be_written_is_not_made() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let own = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = ada.request("DELETE", &own).send().expect(202);
    let tick = || app.operator().request("POST", "/internal/tick").send();
    let state = || {
        let found = app.operator().get(&own).send().expect(200).json();
        found["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "deprovisioning");
    app.advance(Duration::from_secs(301));
    refuse_entries(&app, true);
    for _ in 0..3 {
        let ran = tick();
        assert!(ran.status >= 500, "{ran}");
    }
    refuse_entries(&app, false);
    let entry = format!(
        "select count(*) from audit_entry where tenant_id = '{}' and action = 'tenant.deleted'",
        ada.tenant_id
    );
    assert_eq!((state().as_str(), app.db().number(&entry)), ("deprovisioning", 0));
    let _ = tick().expect(200);
    assert_eq!((state().as_str(), app.db().number(&entry)), ("deleted", 1));
}
