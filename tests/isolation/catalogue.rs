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
    for table in ["audit_node", "audit_checkpoint"] {
        assert!(may(table, "insert") && !may(table, "update") && !may(table, "delete"), "{table}");
    }
    // The function that appends does it as a role of its own.
    for table in ["audit_entry", "audit_head"] {
        assert!(!may(table, "insert") && !may(table, "update") && !may(table, "delete"), "{table}");
    }
    assert!(!["insert", "update", "delete"].iter().any(|right| may("schema_migration", right)));
}

/// What the catalogue says of a role that only functions act as.
struct Keeper {
    role: &'static str,
    /// Its functions, and who besides itself may call them.
    functions: &'static [&'static str],
    callers: &'static [&'static str],
    /// What it may do with which tables; everything else it may not.
    rights: &'static [(&'static str, &'static [&'static str])],
}

const KEEPERS: [Keeper; 2] = [
    Keeper {
        role: "insula_log",
        functions: &["insula_audit_append"],
        callers: &[RUNTIME],
        rights: &[("audit_entry", &["select", "insert"]), ("audit_head", &["select", "insert"])],
    },
    Keeper {
        role: "insula_guard",
        functions: &["insula_admit_4", "insula_count_call"],
        // The functions themselves ask who is connected.
        callers: &["public"],
        rights: &[
            ("access_token", &["select"]),
            ("api_key", &["select"]),
            ("bucket", &["select", "insert", "update", "delete"]),
            ("endpoint_limit", &["select"]),
            ("membership", &["select"]),
            ("plan", &["select"]),
            ("plan_quota", &["select"]),
            ("session", &["select"]),
            ("tenant", &["select"]),
            ("tenant_limit", &["select"]),
            ("usage_counter", &["select", "insert", "update"]),
        ],
    },
];

/// Protects the log and the credentials: these functions are bound by no scope, so nobody else may be taken for them.
#[test]
fn a_role_that_functions_act_as_can_do_nothing_else_and_nobody_becomes_it_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let one = |query: String| app.db().rows(&query).concat();
    for Keeper { role, functions, callers, rights } in KEEPERS {
        let attributes = format!(
            "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin)
             from pg_roles where rolname = '{role}'"
        );
        assert_eq!(one(attributes), ["f f f f f f"], "{role}");
        let members = format!(
            "select count(*)::text from pg_auth_members where roleid = '{role}'::regrole or member = '{role}'::regrole"
        );
        assert_eq!(one(members), ["0"], "{role}");
        let owned = format!(
            "select proname from pg_proc where proowner = '{role}'::regrole
             union all select relname from pg_class where relowner = '{role}'::regrole
             union all select nspname from pg_namespace where nspowner = '{role}'::regrole order by 1"
        );
        assert_eq!(one(owned), functions, "{role}");
        for function in functions {
            let called = format!(
                "select coalesce(r.rolname, 'public') from pg_proc p,
                   aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x left join pg_roles r on r.oid = x.grantee
                 where p.proname = '{function}' and x.grantee <> p.proowner"
            );
            assert_eq!(one(called), callers, "{function}");
        }
        for table in app.db().tables().keys() {
            let allowed = rights.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, rights)| rights);
            for right in ["select", "insert", "update", "delete", "truncate", "trigger", "references"] {
                let may = app
                    .db()
                    .number(&format!("select has_table_privilege('{role}', '{table}', '{right}')::int"));
                let steps = table == "schema_migration" && right == "select";
                assert_eq!(may == 1, allowed.contains(&right) || steps, "{role}: {right} on {table}");
            }
        }
        let becomes = format!("select pg_has_role('{RUNTIME}', '{role}', 'member')::int");
        assert_eq!(app.db().number(&becomes), 0, "{role}");
    }
    let written = "select attname from pg_attribute a where attrelid = 'api_key'::regclass
         and has_column_privilege('insula_guard', 'api_key', attname, 'update') order by 1";
    assert_eq!(one(written.to_owned()), ["last_used_at_ms"]);
}

/// Protects callers from whoever else may connect: the guard answers only who serves.
#[test]
fn the_guard_answers_nobody_who_does_not_serve_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    for call in [
        "insula_admit_4(0, '', '', null, 1, 'owner', 'read', 1, 0, 0, 'x', null, 0, null)",
        "insula_count_call('x', 0, null, 0, 'x')",
    ] {
        // A login that is no member of the role that serves, as far as a session can be one.
        let refusal = app.db().refusal(&format!(
            "begin; create role stranger_to_the_guard; set local session authorization stranger_to_the_guard;
             select * from {call}"
        ));
        assert!(refusal.is_some_and(|told| told.contains("only who serves asks the guard")), "{call}");
        // Nor does a statement of a tenant's batch, which may count nothing for others.
        for product in [0, 1] {
            let told = app.db().rows(&format!(
                "select insula_batch_3('{}', array[$s$select * from public.{call}$s$], '{{}}', array[0], array[{product}])",
                ada.tenant_id
            ));
            assert_eq!(told.concat(), [r#"{"failed" : "42501"}"#], "{call}");
        }
    }
    assert_eq!(app.db().number("select count(*) from usage_counter where tenant_id = 'x'"), 0);
}

/// Types of a session's own that tell when one of them is used.
const SESSIONS_TYPES: &str = "
  create function pg_temp.evil(pg_catalog.text) returns pg_catalog.bool language plpgsql
    as $$ begin raise exception 'it ran as %', current_user; end $$;
  create function pg_temp.evil(pg_catalog.int8) returns pg_catalog.bool language plpgsql
    as $$ begin raise exception 'it ran as %', current_user; end $$;
  create function pg_temp.evil(pg_catalog.bytea) returns pg_catalog.bool language plpgsql
    as $$ begin raise exception 'it ran as %', current_user; end $$;
  create domain pg_temp.text as pg_catalog.text check (pg_temp.evil(value));
  create domain pg_temp.int8 as pg_catalog.int8 check (pg_temp.evil(value));
  create domain pg_temp.bytea as pg_catalog.bytea check (pg_temp.evil(value));";

/// Protects the log from whoever is connected: a session's own types are found before the system's, and what checks a value of
/// one would run as the role that appends.
#[test]
fn what_a_session_made_for_itself_has_no_part_in_appending_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let before = app.db().number("select count(*) from audit_entry");
    app.db().execute(&format!(
        "{SESSIONS_TYPES}
         select set_config('insula.scope', 'system', false);
         set role insula_runtime;
         select insula_audit_append('log of this test', '{{}}', 'x', null, 0);
         select insula_audit_append('log of this test', '{{}}', 'x', null, 0)",
    ));
    assert_eq!(app.db().number("select count(*) from audit_entry"), before + 2);
}

/// Protects callers from the same: what a session made has no part in deciding either.
#[test]
fn what_a_session_made_for_itself_has_no_part_in_admitting_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let key = app.person("ada").key(&["read"]);
    let digest = app.db().rows("select digest from api_key").concat().concat();
    let id = app.db().rows("select id from api_key").concat().concat();
    drop(key);
    let admitted = app.db().rows(&format!(
        "create temporary table api_key as select * from public.api_key;
         update pg_temp.api_key set digest = repeat('0', 64);
         create temporary table plan as select name, 7 as requests_per_minute, 7 as burst from public.plan;
         {SESSIONS_TYPES}
         select outcome, burst > 7 from insula_admit_4(0, '{id}', '{digest}', null, 1, 'owner', 'read', 1, 0, 0, 'x', null, 0, null)"
    ));
    assert_eq!(admitted, [["admitted", "t"]]);
}
