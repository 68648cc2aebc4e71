//! People, tenants and keys, made through the real application's own operations.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Bench;
use super::client::{self, Answer};
use super::database::Database;
use super::server::{Server, application};

/// How many tenants a row of many has.
pub const TENANTS: usize = 50;

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "ada@example.com";

/// Credentials that are good for as long as a row takes. No tenant has a limit that a row could reach.
pub struct Customers {
    /// One key of each tenant.
    pub keys: Vec<String>,
    /// The access token of the first tenant's owner.
    pub token: String,
}

impl Customers {
    /// Starts the application on the state folder, makes as many tenants, and stops it.
    pub fn make(bench: &Bench<'_>, state: &Path, database: &Database<'_>, tenants: usize) -> Result<Self> {
        let server = Server::host(bench, &application().on(state, database))?;
        register(&server)?;
        database.lift_limits(state)?;
        let token = login(&server, None)?;
        let mut keys = vec![key(&server, &token)?];
        for number in 2..=tenants {
            let body = json!({ "name": format!("Tenant {number}") });
            let bearer = bearer(&token);
            let tenant = client::post(server.address(), "/api/v1/tenants", &[&bearer], &body)?;
            let tenant_id = text(&created(tenant, "a tenant")?, "id")?;
            keys.push(key(&server, &login(&server, Some(&tenant_id))?)?);
        }
        Ok(Self { keys, token })
    }
}

/// The person whom every row knows, with its first tenant.
pub fn register(server: &Server<'_>) -> Result<()> {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "tenant_name": "Tenant 1" });
    created(client::post(server.address(), "/api/v1/auth/register", &[], &body)?, "a person").map(drop)
}

/// A new access token for one of the person's tenants, its first by default.
pub fn login(server: &Server<'_>, tenant_id: Option<&str>) -> Result<String> {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "tenant_id": tenant_id });
    let answer = client::post(server.address(), "/api/v1/auth/login", &[], &body)?;
    if answer.status != 200 {
        bail!("the login was answered {}", answer.status);
    }
    text(&answer.json()?, "access_token")
}

/// The header line that presents a key or a token.
pub fn bearer(credential: &str) -> String {
    format!("authorization: Bearer {credential}")
}

fn key(server: &Server<'_>, token: &str) -> Result<String> {
    let body = json!({ "name": "bench", "scopes": ["read", "analyze"] });
    let answer = client::post(server.address(), "/api/v1/api-keys", &[&bearer(token)], &body)?;
    text(&created(answer, "a key")?, "key")
}

fn created(answer: Answer, what: &str) -> Result<Value> {
    if answer.status != 201 {
        bail!("the request to create {what} was answered {}", answer.status);
    }
    answer.json()
}

fn text(body: &Value, member: &str) -> Result<String> {
    let text = body[member].as_str().with_context(|| format!("the answer has no `{member}`"))?;
    Ok(text.to_owned())
}
