//! Who somebody is, and whether it has a second factor: there for itself and for the tenants that it is a member of.

use insula_tests::support::{App, only_on_postgresql};

use super::as_runtime;

#[test]
fn a_tenant_sees_who_its_members_are_and_nobody_else_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let cleo = app.member(&ada, "viewer");
    for person in [&ada, &bob, &cleo] {
        let _ = person.enrol(&app);
    }
    let [hers, his, cleos] = [&ada, &bob, &cleo].map(|person| person.user_id.clone());
    let everybody = vec![hers.clone(), his.clone(), cleos.clone()];
    // Who asks, whom it sees, and whom it may change.
    let scopes = [
        (None, vec![], vec![]),
        (Some("ten_01h455vb4pex5vsknk084sn02q"), vec![], vec![]),
        (Some(&*ada.tenant_id), vec![hers.clone(), cleos.clone()], vec![]),
        (Some(&*bob.tenant_id), vec![his], vec![]),
        (Some(&*ada.user_id), vec![hers.clone()], vec![hers]),
        (Some(&*cleo.user_id), vec![cleos.clone()], vec![cleos]),
        (Some("system"), everybody.clone(), everybody.clone()),
        (Some("operator"), everybody.clone(), everybody),
    ];
    for (table, column, change) in [
        ("user_account", "id", "update user_account set name = 'x'"),
        ("second_factor", "user_id", "update second_factor set last_step = last_step"),
        ("second_factor", "user_id", "delete from second_factor"),
    ] {
        for (scope, mut seen, changed) in scopes.clone() {
            seen.sort();
            let read =
                format!("select coalesce(string_agg({column}, ' ' order by {column}), '') from {table}");
            assert_eq!(
                as_runtime(&app, scope, &[&read]).expect("a look"),
                seen.join(" "),
                "{table} in {scope:?}"
            );
            // What a policy doesn't hide from a change, a trigger refuses: then nothing was changed either.
            let told = as_runtime(&app, scope, &[change]).unwrap_or_else(|told| {
                assert!(told.contains("row-level security"), "{told}");
                "0".to_owned()
            });
            assert_eq!(told, changed.len().to_string(), "{change} in {scope:?}");
        }
    }
}

/// What any scope may read or add to, and what would be lost if it were changed: each in a table that no policy binds.
#[test]
fn no_tenant_and_no_person_changes_what_is_the_systems_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.db().execute(&format!("insert into known_network values ('{}', 'x', 0)", ada.user_id));
    app.db().execute("insert into mailbox values ('mail_x', 'sealed', 0)");
    for (table, column) in
        [("subject_key", "sealed"), ("mail", "content"), ("mailbox", "content"), ("known_network", "network")]
    {
        assert!(app.db().number(&format!("select count(*) from {table}")) > 0, "{table}");
        for scope in [&bob.tenant_id, &bob.user_id, &ada.tenant_id] {
            for change in [format!("update {table} set {column} = 'mine'"), format!("delete from {table}")] {
                let told = as_runtime(&app, Some(scope), &[&change]).expect_err(&change);
                let refused =
                    ["row-level security", "permission denied"].iter().any(|why| told.contains(why));
                assert!(refused, "{change} in {scope}: {told}");
            }
        }
    }
}

/// Nobody gives somebody of another tenant an account, or a second factor that it doesn't have.
#[test]
fn no_scope_makes_anything_for_whom_it_does_not_see_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _ = ada.enrol(&app);
    let enlarged = [
        format!(
            "insert into second_factor select (json_populate_record(f, json_build_object('user_id', '{}'))).*
             from second_factor f",
            bob.user_id
        ),
        "insert into user_account select (json_populate_record(a, '{\"id\": \"usr_x\", \"email\": \"x@example.com\"}')).*
         from user_account a"
            .to_owned(),
    ];
    for scope in [&ada.tenant_id, &ada.user_id] {
        for statement in &enlarged {
            let told = as_runtime(&app, Some(scope), &[statement]).expect_err(statement);
            assert!(told.contains("row-level security"), "{statement}: {told}");
        }
    }
}
