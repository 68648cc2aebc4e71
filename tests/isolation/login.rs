//! An installation as it should be: one login owns the tables and migrates, another serves and owns nothing.

use insula_host::Settings;
use insula_tests::support::{App, Database, Form, Options, only_on_postgresql, server_address};
use serde_json::json;

/// The address of the same database for another login.
fn for_login(address: &str, login: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{login}:of-this-test@{place}")
}

/// The two logins of a database.
fn logins(address: &str) -> [String; 2] {
    let name = address.rsplit('/').next().unwrap();
    let name = name.split('?').next().unwrap();
    [format!("owns_{name}"), format!("serves_{name}")]
}

/// Makes the two logins as the manual says, and has the application use them.
fn with_two_logins(settings: &mut Settings) {
    let address = settings.variables["database_url"].clone();
    let [owner, server] = logins(&address);
    let name = owner.trim_start_matches("owns_");
    Database::Postgres(address.clone()).execute(&format!(
        "create role {owner} login createrole password 'of-this-test';
         create role {server} login noinherit password 'of-this-test' in role insula_runtime;
         grant insula_runtime to {owner} with admin option;
         alter schema public owner to {owner};
         grant create on database {name} to {owner};
         revoke connect, temporary on database {name} from public;
         grant connect on database {name} to {owner}, {server}"
    ));
    settings.variables.insert("database_url".to_owned(), for_login(&address, &server));
    settings.variables.insert("database_owner_url".to_owned(), for_login(&address, &owner));
}

#[test]
fn a_login_that_owns_nothing_serves_and_reaches_no_table_by_itself_on_postgresql() {
    only_on_postgresql();
    // The role is there once a first database was migrated.
    drop(App::start());
    let app = App::with(Options { migrated: false, settings: with_two_logins, ..Options::default() });
    let _ = app.operator().request("POST", "/internal/migrate").send().expect(200);
    let _ = app.request("GET", "/health/ready").send().expect(200);

    let ada = app.person("ada");
    let key = ada.key(&["read", "analyze"]);
    let _ = key.request("POST", "/api/v1/analyze").form(&Form::file("a,b\n1,2\n")).send().expect(201);
    let _ = key.get("/api/v1/reports").send().expect(200);
    let _ = ada.post("/api/v1/tenants", &json!({ "name": "second" })).send().expect(201);
    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);

    let Database::Postgres(address) = app.db().clone() else { unreachable!() };
    let [owner, server] = logins(&address);
    let served = Database::Postgres(for_login(&address, &server));
    for table in app.db().tables().keys().filter(|table| *table != "schema_migration") {
        let refusal = served.refusal(&format!("select * from {table}"));
        let refusal = refusal.unwrap_or_else(|| panic!("{table} was read"));
        assert!(refusal.contains("permission denied"), "{table}: {refusal}");
    }
    for statement in [
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "drop table report",
        "alter table report no force row level security",
    ] {
        assert!(served.refusal(statement).is_some(), "{statement}");
    }
    // Nor a tenant's schema: it is the owner's, and nobody has become a member of the role that reaches it.
    let hers = super::schemas::schema(&ada.tenant_id);
    assert!(served.refusal(&format!("select * from {hers}.report")).is_some());
    let owned_by = format!("select nspowner::regrole::text from pg_namespace where nspname = '{hers}'");
    assert_eq!(app.db().rows(&owned_by), [[owner.clone()]]);
    let members = format!("select count(*) from pg_auth_members where roleid = '{hers}'::regrole");
    assert_eq!(app.db().number(&members), 0);
    // The owner is bound as well, though it could lift that.
    let owned = Database::Postgres(for_login(&address, &owner));
    assert_eq!(owned.number("select count(*) from tenant"), 0);
    assert_eq!(app.db().number("select count(*) from tenant"), 2);

    drop(app);
    let server_itself = Database::Postgres(server_address().unwrap());
    server_itself.execute(&format!("drop role {server}; drop role {owner}"));
}
