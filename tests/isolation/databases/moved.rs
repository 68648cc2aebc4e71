//! What a tenant has moves into its database, whatever happens meanwhile.

use std::time::Duration;

use insula_tests::support::{App, Second, at_once, only_on_postgresql, wait_until};
use serde_json::json;

use super::super::schemas::{analyzed, fill, schema, sums};
use super::{change, give, listed, stored, waiting};

#[test]
fn product_data_moves_into_the_database_whole_while_it_is_written_on_postgresql() {
    only_on_postgresql();
    for before in ["schema", "shared"] {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let own = Second::create();
        let _ = change(&app, &ada.tenant_id, &json!({ "isolation": before })).expect(200);
        let mut made = vec![analyzed(&ada)];
        let written = at_once(9, |number| {
            if number > 0 {
                return (0..5).map(|_| analyzed(&ada)).collect::<Vec<_>>();
            }
            std::thread::sleep(Duration::from_millis(100));
            let _ = give(&app, &ada.tenant_id, &own.address).expect(200);
            Vec::new()
        });
        made.extend(written.concat());
        made.sort();
        assert_eq!(made.len(), 41);
        assert_eq!((listed(&ada), stored(&own)), (made.clone(), made), "{before}");
        let left = app.db().number(&format!("select count(*) from {}", app.db().product("report")));
        assert_eq!((left, waiting(&app), app.db().own_tables().len()), (0, 0, 0));
    }
}

/// Protects what a tenant has from a move that is stopped: at every moment it is where the tenant's row says, or on its way.
#[test]
fn a_move_that_is_killed_at_any_moment_loses_nothing_on_postgresql() {
    only_on_postgresql();
    for moment in 0..8_u64 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let own = Second::create();
        let hers = schema(&ada.tenant_id);
        fill(app.db(), &ada.tenant_id);
        let before = sums(app.db(), &format!("{hers}.report"));
        let _ = at_once(2, |role| {
            if role == 0 {
                let answer = give(&app, &ada.tenant_id, &own.address);
                assert!(matches!(answer.status, 200 | 422 | 500 | 503), "{answer}");
                return;
            }
            std::thread::sleep(Duration::from_millis(40 + moment * 25));
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and state = 'active'";
            app.db().execute(kill);
            own.execute(kill);
        });
        // The next call may still find a session that was killed.
        wait_until(|| {
            let answer = give(&app, &ada.tenant_id, &own.address);
            assert!(matches!(answer.status, 200 | 503), "{answer}");
            answer.status == 200
        });
        assert_eq!(listed(&ada).len(), 200);
        assert_eq!(sums(&own, "insula.report"), before, "{moment}");
        assert_eq!((waiting(&app), app.db().own_tables().len()), (0, 0));
    }
}
