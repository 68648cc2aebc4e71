//! Every route that changes something, where its entry can't be written: nothing of the change is there.

use insula_kit::route::Method;
use insula_tests::routes::groups;
use insula_tests::support::{App, Database};

use super::audited::is_recorded_here;
use super::good::good;
use super::world::Side;

/// Makes the log take no entry, or take them again.
fn refuse_entries(app: &App, refused: bool) {
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
