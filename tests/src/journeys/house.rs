//! Servers that come and go on one state and one database, for tests that kill them.

use serde_json::json;
use tempfile::TempDir;

use super::{Backing, Client, Process, embedded};
use crate::support::{Database, PASSWORD};

/// What outlives the servers.
#[derive(Debug)]
pub struct House {
    state: TempDir,
    backing: Backing,
    operator_key: String,
}

/// A person of such a house, logged in.
#[derive(Clone, Debug)]
pub struct Resident {
    /// The tenant that came with the person.
    pub tenant_id: String,
    /// What the person bears.
    pub token: String,
}

impl Default for House {
    fn default() -> Self {
        Self::new()
    }
}

impl House {
    /// An empty one, on a database as `INSULA_TEST_DB` says.
    #[must_use]
    pub fn new() -> Self {
        let (state, operator_key) = embedded::state_and_key();
        Self { state, backing: Backing::under_test(), operator_key }
    }

    /// Starts a server, which may not serve yet.
    #[track_caller]
    #[must_use]
    pub fn server(&self) -> Process {
        self.server_with(&[])
    }

    fn server_with(&self, arguments: &[&str]) -> Process {
        // Each says what it says in a folder of its own.
        let said = tempfile::tempdir_in(self.state.path()).expect("a folder").keep();
        Process::start(embedded::command(self.state.path(), &self.backing).args(arguments), &said)
    }

    /// As [`Self::serve`], and it does nothing that nobody asks for.
    #[track_caller]
    #[must_use]
    pub fn serve_undisturbed(&self) -> (Process, Client) {
        self.serve_with(&["--tick-seconds", "0"])
    }

    /// As [`Self::serve`], with more arguments.
    #[track_caller]
    #[must_use]
    pub fn serve_with(&self, arguments: &[&str]) -> (Process, Client) {
        let mut server = self.server_with(arguments);
        let client = Client::new(&embedded::base(&mut server));
        (server, client)
    }

    /// Starts a server, and waits until it serves.
    #[track_caller]
    #[must_use]
    pub fn serve(&self) -> (Process, Client) {
        let mut server = self.server();
        let client = Client::new(&embedded::base(&mut server));
        (server, client)
    }

    /// Kills a server in the middle of whatever it does, with what it left at the database.
    pub fn kill(&self, server: Process) {
        server.kill();
        self.database().end_sessions();
    }

    /// What was stored.
    #[must_use]
    pub fn database(&self) -> Database {
        embedded::database(self.state.path(), &self.backing)
    }

    /// The operator, at a server.
    #[must_use]
    pub fn operator(&self, client: &Client) -> Client {
        client.bearing(&self.operator_key)
    }

    /// Registers Ada with a tenant, and logs her in.
    #[track_caller]
    #[must_use]
    pub fn ada(&self, client: &Client) -> Resident {
        self.resident(client, "ada")
    }

    /// Registers somebody of that name with a tenant, and logs it in.
    #[track_caller]
    #[must_use]
    pub fn resident(&self, client: &Client, name: &str) -> Resident {
        let login = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let mut person = login.clone();
        person["tenant_name"] = json!("Acme");
        let made = client.post_json("/api/v1/auth/register", &person).send().expect(201).json();
        let tokens = client.post_json("/api/v1/auth/login", &login).send().expect(200).json();
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        Resident { tenant_id: text(&made["tenant"]["id"]), token: text(&tokens["access_token"]) }
    }
}
