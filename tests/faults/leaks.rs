//! Whatever a component does in the middle of a use case, the next user of the pooled connection sees nothing of it.
//!
//! Protects every tenant: a transaction, role or setting that stays open on a pooled connection would let the next
//! request read, or commit, what it must not. Each case runs on a pool of one connection.

use std::time::Duration;

use insula_tests::support::{App, only_on_postgresql};

fn app() -> App {
    App::of_guests(|settings| {
        settings.postgres_pool_size = 1;
        settings.request_timeout = Duration::from_millis(700);
        settings.max_concurrent_requests = 1;
    })
}

/// What the next user of the connection sees: the scope and the role that are set, and rows of the use case that broke off.
fn look(app: &App) -> String {
    app.request("GET", "/unruly/look").send().expect(200).text()
}

const NOTHING: &str = "[[DbValue::Str(\"\"), DbValue::Int64(0)]]";
const WHAT_WAS_COMMITTED: &str = "[[DbValue::Str(\"\"), DbValue::Int64(1)]]";

#[test]
fn a_refused_batch_leaves_nothing() {
    let app = app();
    let answer = app.request("GET", "/unruly/refused").send().expect(200);
    assert_eq!(answer.text(), "refused 1");
    assert_eq!(app.db().number("select count(*) from guess where ready_at_ms = 7"), 0);
}

#[test]
fn a_batch_that_times_out_leaves_nothing_behind_on_postgresql() {
    only_on_postgresql();
    let app = app();
    app.request("GET", "/unruly/sleep-in-batch").send().problem(504, "timeout");
    assert_eq!(look(&app), NOTHING);
    assert_eq!(app.db().number("select count(*) from guess where ready_at_ms = 7"), 0);
}

#[test]
fn a_trap_between_two_batches_leaves_the_first_whole_and_no_scope_on_postgresql() {
    only_on_postgresql();
    let app = app();
    app.request("GET", "/unruly/trap-after-half").send().problem(500, "internal");
    assert_eq!(look(&app), WHAT_WAS_COMMITTED);
}

#[test]
fn a_time_out_between_two_batches_leaves_the_first_whole_and_no_scope_on_postgresql() {
    only_on_postgresql();
    let app = app();
    app.request("GET", "/unruly/loop-after-half").send().problem(504, "timeout");
    assert_eq!(look(&app), WHAT_WAS_COMMITTED);
}

#[test]
fn a_transaction_of_a_components_own_leaks_nothing_however_the_component_leaves_it_on_postgresql() {
    only_on_postgresql();
    for (way, status) in [("trap", 500), ("loop", 504), ("return", 200)] {
        let app = app();
        let answer = app.request("GET", &format!("/unruly/raw-transaction-then-{way}")).send();
        assert_eq!(answer.status, status, "{way}: {answer}");
        assert_eq!(look(&app), NOTHING, "{way}");
        assert_eq!(app.db().number("select count(*) from guess where ready_at_ms = 7"), 0, "{way}");
    }
}

/// Protects a tenant's own tables: they are reached in its role only, and nobody may find that role on a connection.
#[test]
fn the_role_of_a_tenant_is_left_however_its_statement_ends_on_postgresql() {
    only_on_postgresql();
    let hers = "t_01h455vb4pex5vsknk084sn02q";
    for (way, status) in
        [("as-tenant", 200), ("refused-as-tenant", 200), ("trap-as-tenant", 500), ("sleep-as-tenant", 504)]
    {
        let app = app();
        let tenant_id = hers.replacen("t_", "ten_", 1);
        app.db().execute(&format!(
            "insert into tenant (id, name, state, plan, created_at_ms, isolation)
               values ('{tenant_id}', 'x', 'active', 'free', 0, 'schema');
             select set_config('insula.scope', 'system', false);
             select insula_schema_make('{tenant_id}')"
        ));
        let answer = app.request("GET", &format!("/unruly/{way}")).send();
        assert_eq!(answer.status, status, "{way}: {answer}");
        match way {
            "as-tenant" => assert_eq!(answer.text(), hers),
            "refused-as-tenant" => assert_eq!(answer.text(), "refused 0"),
            "trap-as-tenant" => {
                assert!(app.log().concat().contains("after having been a tenant"), "{:?}", app.log());
            }
            _ => {}
        }
        assert_eq!(look(&app), NOTHING, "{way}");
    }
}

#[test]
fn of_a_use_case_that_traps_and_one_that_is_refused_only_what_was_committed_stays() {
    let app = app();
    app.request("GET", "/unruly/trap-after-half").send().problem(500, "internal");
    assert_eq!(app.db().number("select count(*) from guess where ready_at_ms = 7"), 1);
    let answer = app.request("GET", "/unruly/refused").send().expect(200);
    assert_eq!(answer.text(), "refused 1");
    assert_eq!(app.db().number("select count(*) from guess where ready_at_ms = 7"), 1);
}

#[test]
fn a_setting_of_a_components_own_is_not_there_for_the_connections_next_user_on_postgresql() {
    only_on_postgresql();
    let app = app();
    let told = app.request("GET", "/unruly/raw-setting").send().expect(200).text();
    assert!(told.contains("stolen"), "{told}");
    assert_eq!(look(&app), NOTHING);
}
