//! What the database's own catalogue says of the role that serves and of the tables that bind it.

use insula_tests::support::{App, only_on_postgresql};

use super::{RUNTIME, tables};

#[test]
fn every_table_of_tenants_rows_is_bound_and_its_owner_too_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    for (table, _) in tables(app.db()) {
        let bound = app.db().rows(&format!(
            "select relrowsecurity::text, relforcerowsecurity::text,
               (select count(*) from pg_policies p where p.tablename = relname and p.schemaname = 'public')
             from pg_class where oid = '{table}'::regclass"
        ));
        assert_eq!(&bound[0][..2], ["true", "true"], "{table}");
        assert_ne!(bound[0][2], "0", "{table} has no policy");
    }
}

#[test]
fn the_role_that_serves_is_bound_may_not_log_in_and_owns_nothing_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let rights = format!(
        "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin)
         from pg_roles where rolname = '{RUNTIME}'"
    );
    assert_eq!(app.db().rows(&rights), [["f f f f f f"]]);
    let owned = format!(
        "select (select count(*) from pg_class where relowner = '{RUNTIME}'::regrole)
           + (select count(*) from pg_proc where proowner = '{RUNTIME}'::regrole)
           + (select count(*) from pg_namespace where nspowner = '{RUNTIME}'::regrole)"
    );
    assert_eq!(app.db().number(&owned), 0);
    let makes = format!("select has_schema_privilege('{RUNTIME}', 'public', 'create')::int");
    assert_eq!(app.db().number(&makes), 0);
}

/// Protects the log and the schema: who serves can add to the log, and neither change it nor empty any table.
#[test]
fn the_role_that_serves_has_no_right_to_change_the_log_or_to_empty_a_table_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let may = |table: &str, right: &str| {
        app.db().number(&format!("select has_table_privilege('{RUNTIME}', '{table}', '{right}')::int")) == 1
    };
    for table in app.db().tables().keys() {
        assert!(!may(table, "truncate") && !may(table, "trigger") && !may(table, "references"), "{table}");
        assert!(may(table, "select"), "{table}");
    }
    for table in ["audit_entry", "audit_node", "audit_checkpoint"] {
        assert!(may(table, "insert") && !may(table, "update") && !may(table, "delete"), "{table}");
    }
    assert!(!may("audit_head", "delete"));
    assert!(!["insert", "update", "delete"].iter().any(|right| may("schema_migration", right)));
}

/// Protects the log: its one function looks up nothing when it appends, so nobody else may be taken for it.
#[test]
fn the_role_that_appends_to_the_log_can_do_nothing_else_and_nobody_becomes_it_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let one = |query: &str| app.db().rows(query);
    let rights = "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin)
         from pg_roles where rolname = 'insula_log'";
    assert_eq!(one(rights), [["f f f f f f"]]);
    let members = "select count(*)::text from pg_auth_members
         where roleid = 'insula_log'::regrole or member = 'insula_log'::regrole";
    assert_eq!(one(members), [["0"]]);
    let owned = "select proname from pg_proc where proowner = 'insula_log'::regrole
         union all select relname from pg_class where relowner = 'insula_log'::regrole
         union all select nspname from pg_namespace where nspowner = 'insula_log'::regrole";
    assert_eq!(one(owned), [["insula_audit_append"]]);
    let calls =
        "select r.rolname from unnest((select proacl from pg_proc where proname = 'insula_audit_append')) a,
         aclexplode(array[a]) x left join pg_roles r on r.oid = x.grantee order by 1";
    assert_eq!(one(calls), [["insula_log"], [RUNTIME]]);
    for table in app.db().tables().keys() {
        for right in ["select", "insert", "update", "delete", "truncate", "trigger", "references"] {
            let may = format!("select has_table_privilege('insula_log', '{table}', '{right}')::int");
            let appends = ["audit_entry", "audit_head"].contains(&table.as_str())
                && ["select", "insert"].contains(&right);
            let steps = table == "schema_migration" && right == "select";
            assert_eq!(app.db().number(&may) == 1, appends || steps, "{right} on {table}");
        }
    }
    assert_eq!(app.db().number(&format!("select pg_has_role('{RUNTIME}', 'insula_log', 'member')::int")), 0);
}

/// Protects the log from whoever is connected: a session's own types are found before the system's, and what checks a value of
/// one would run as the role that appends.
#[test]
fn what_a_session_made_for_itself_has_no_part_in_appending_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let before = app.db().number("select count(*) from audit_entry");
    app.db().execute(
        "create function pg_temp.evil(pg_catalog.text) returns pg_catalog.bool language plpgsql
           as $$ begin raise exception 'it ran as %', current_user; end $$;
         create function pg_temp.evil(pg_catalog.int8) returns pg_catalog.bool language plpgsql
           as $$ begin raise exception 'it ran as %', current_user; end $$;
         create function pg_temp.evil(pg_catalog.bytea) returns pg_catalog.bool language plpgsql
           as $$ begin raise exception 'it ran as %', current_user; end $$;
         create domain pg_temp.text as pg_catalog.text check (pg_temp.evil(value));
         create domain pg_temp.int8 as pg_catalog.int8 check (pg_temp.evil(value));
         create domain pg_temp.bytea as pg_catalog.bytea check (pg_temp.evil(value));
         select set_config('insula.scope', 'system', false);
         set role insula_runtime;
         select insula_audit_append('log of this test', '{}', 'x', null, 0);
         select insula_audit_append('log of this test', '{}', 'x', null, 0)",
    );
    assert_eq!(app.db().number("select count(*) from audit_entry"), before + 2);
}
