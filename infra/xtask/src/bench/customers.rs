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

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

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
        let mut tokens = Vec::with_capacity(tenants);
        for number in 1..=tenants {
            register(&server, number)?;
            if number == 1 {
                database.lift_limits(state)?;
            }
            tokens.push(login(&server, number)?);
        }
        let keys = tokens.iter().map(|token| key(&server, token)).collect::<Result<_>>()?;
        Ok(Self { keys, token: tokens.swap_remove(0) })
    }
}

/// The person of that number, with a tenant.
pub fn register(server: &Server<'_>, number: usize) -> Result<()> {
    register_from(server, number, &[])
}

/// The same, with header lines that say where it comes from.
pub fn register_from(server: &Server<'_>, number: usize, headers: &[&str]) -> Result<()> {
    sign_up(server.address(), number, headers).map(drop)
}

/// Registers a person with a tenant; returns the tenant as it was answered.
pub fn sign_up(address: &str, number: usize, headers: &[&str]) -> Result<Value> {
    let tenant = format!("Tenant {number}");
    let body = json!({ "email": email(number), "password": PASSWORD, "tenant_name": tenant });
    let mut answer = created(client::post(address, "/api/v1/auth/register", headers, &body)?, "a person")?;
    Ok(answer["tenant"].take())
}

/// A new access token of that person.
pub fn login(server: &Server<'_>, number: usize) -> Result<String> {
    let body = json!({ "email": email(number), "password": PASSWORD });
    let answer = client::post(server.address(), "/api/v1/auth/login", &[], &body)?;
    if answer.status != 200 {
        bail!("the login was answered {}", answer.status);
    }
    text(&answer.json()?, "access_token")
}

/// The address of the person of that number.
pub fn email(number: usize) -> String {
    format!("person-{number}@example.com")
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
