//! PostgreSQL over TLS: what is demanded is got, from the server that was meant, or there is no connection.
//!
//! Protects every row on its way: `sslmode=require` that took any certificate would talk to whoever stands between.
//! The PostgreSQL programs are certain to be there only where the tests run on PostgreSQL.

use std::time::{Duration, Instant};

use insula_tests::journeys::{Authority, Backing, Cluster, Server};
use insula_tests::support::{App, Database, Options, block_on, only_on_postgresql, program_of};

/// The certificate of the servers is for the address and not for the name of this machine.
const NAMES: &str = "IP:127.0.0.1";

fn manifest(cluster: &Cluster, address: &str, ca_root: &str) -> String {
    let port = cluster.port();
    format!(
        r#"
spin_manifest_version = 2

[application]
name = "asking"

[[trigger.http]]
route = "/..."
component = "asking"

[component.asking]
source = "target/components/guest-asking.wasm"
allowed_outbound_hosts = ["postgres://127.0.0.1:{port}", "postgres://localhost:{port}"]

[component.asking.variables]
address = "{address}"
ca_root = """{ca_root}"""
"#
    )
}

fn app(cluster: &Cluster, address: &str, ca_root: &str) -> App {
    let program = Some(program_of(&manifest(cluster, address, ca_root)));
    let settings = |settings: &mut insula_host::Settings| settings.request_timeout = Duration::from_secs(2);
    App::with(Options { program, migrated: false, contract: false, settings, ..Options::default() })
}

/// What the component is told that asks for a session.
fn session(cluster: &Cluster, address: &str, ca_root: &str) -> (u16, String) {
    let answer = app(cluster, address, ca_root).request("GET", "/session").send();
    (answer.status, answer.text())
}

#[test]
fn a_session_with_a_certificate_of_the_given_authority_is_encrypted_on_postgresql() {
    only_on_postgresql();
    let authority = Authority::new();
    let cluster = Cluster::with_tls(&authority, NAMES);
    let required = cluster.address("127.0.0.1", "require");
    let encrypted = (200, "[[DbValue::Boolean(true)]]".to_owned());
    assert_eq!(session(&cluster, &required, &authority.pem()), encrypted);
    let plain = cluster.address("127.0.0.1", "disable");
    assert_eq!(session(&cluster, &plain, &authority.pem()), (200, "[[DbValue::Boolean(false)]]".to_owned()));
}

#[test]
fn a_certificate_of_a_foreign_authority_or_for_another_name_is_refused_on_postgresql() {
    only_on_postgresql();
    let (authority, foreign) = (Authority::new(), Authority::new());
    let cluster = Cluster::with_tls(&authority, NAMES);
    let required = cluster.address("127.0.0.1", "require");
    let (status, said) = session(&cluster, &required, &foreign.pem());
    assert!(status == 502 && said.contains("certificate"), "{status} {said}");
    // Nobody that this system trusts has signed it either.
    let (status, said) = session(&cluster, &required, "");
    assert!(status == 502 && said.contains("certificate"), "{status} {said}");
    let by_name = cluster.address("localhost", "require");
    let (status, said) = session(&cluster, &by_name, &authority.pem());
    assert!(status == 502 && said.contains("not valid for name"), "{status} {said}");
}

#[test]
fn a_server_without_tls_is_refused_when_tls_is_required_on_postgresql() {
    only_on_postgresql();
    let cluster = Cluster::without_tls();
    let required = cluster.address("127.0.0.1", "require");
    let (status, said) = session(&cluster, &required, &Authority::new().pem());
    assert!(status == 502 && said.contains("server does not support TLS"), "{status} {said}");
    let refusal = block_on(insula_host::check_database(&required)).unwrap_err().to_string();
    assert!(refusal.contains("server does not support TLS"), "{refusal}");
    assert_eq!(session(&cluster, &cluster.address("127.0.0.1", "prefer"), "").0, 200);
}

#[test]
fn a_statement_that_times_out_over_tls_is_stopped_on_the_server_on_postgresql() {
    only_on_postgresql();
    let authority = Authority::new();
    let cluster = Cluster::with_tls(&authority, NAMES);
    let app = app(&cluster, &cluster.address("127.0.0.1", "require"), &authority.pem());
    app.request("GET", "/sleep").send().problem(504, "timeout");

    let database = Database::Postgres(cluster.address("127.0.0.1", "disable"));
    let running = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep%' \
                   and pid <> pg_backend_pid()";
    let started = Instant::now();
    while database.number(running) > 0 {
        // The statement itself takes half a minute.
        assert!(started.elapsed() < Duration::from_secs(15), "it still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_whole_server_runs_over_tls_with_an_authority_that_the_system_trusts_on_postgresql() {
    only_on_postgresql();
    let authority = Authority::new();
    let cluster = Cluster::with_tls(&authority, NAMES);
    let address = cluster.address("127.0.0.1", "require");
    let server = Server::embedded_with(Backing::sqlite(), |command| {
        command.args(["--database-url", &address]).env("SSL_CERT_FILE", authority.file());
    });
    let health = server.client().get("/health").send().expect(200).json();
    assert_eq!(health["database"], "ok");

    let database = Database::Postgres(cluster.address("127.0.0.1", "disable"));
    // In one statement: the session of an earlier one may still be there, and it is plain.
    let sessions = "select (count(*) filter (where ssl) > 0 and count(*) filter (where not ssl) = 0)::int \
                    from pg_stat_ssl join pg_stat_activity using (pid) \
                    where datname = current_database() and pid <> pg_backend_pid()";
    assert_eq!(database.number(sessions), 1);
}
