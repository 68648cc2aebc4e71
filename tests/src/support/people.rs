//! People, their tenants and their keys, made through the front door.

use serde_json::{Value, json};

use super::app::App;
use super::program::secrets;
use super::request::Request;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who can call.
#[derive(Clone)]
pub struct Caller<'a> {
    app: &'a App,
    /// What is presented: an access token, an API key, the operator's key.
    pub credential: String,
}

/// A person, logged in, with a tenant of its own.
#[derive(Clone)]
pub struct Person<'a> {
    /// How the person calls.
    pub caller: Caller<'a>,
    /// The person's id.
    pub user_id: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The address.
    pub email: String,
}

impl<'a> Caller<'a> {
    /// A request with the caller's credential.
    pub fn request(&self, method: &str, path: &str) -> Request<'a> {
        self.app.request(method, path).bearer(&self.credential)
    }

    /// A reading request.
    pub fn get(&self, path: &str) -> Request<'a> {
        self.request("GET", path)
    }

    /// A request with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Request<'a> {
        self.request("POST", path).json(body)
    }
}

impl<'a> std::ops::Deref for Person<'a> {
    type Target = Caller<'a>;

    fn deref(&self) -> &Caller<'a> {
        &self.caller
    }
}

impl<'a> Person<'a> {
    /// A key with these scopes, made by the person.
    #[track_caller]
    #[must_use]
    pub fn key(&self, scopes: &[&str]) -> Caller<'a> {
        let body = json!({ "name": "test", "scopes": scopes });
        let made = self.post("/api/v1/api-keys", &body).send().expect(201).json();
        Caller { app: self.caller.app, credential: made["key"].as_str().unwrap_or_default().to_owned() }
    }
}

impl App {
    /// Registers `name` with a tenant of that name, and logs in.
    #[track_caller]
    #[must_use]
    pub fn person(&self, name: &str) -> Person<'_> {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "password": PASSWORD, "name": name, "tenant_name": name });
        let made = self.request("POST", "/api/v1/auth/register").json(&body).send().expect(201).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Person {
            caller: self.log_in(&email),
            user_id: text(&made["user"]["id"]),
            tenant_id: text(&made["tenant"]["id"]),
            email,
        }
    }

    /// Logs in with everybody's password.
    #[track_caller]
    #[must_use]
    pub fn log_in(&self, email: &str) -> Caller<'_> {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.request("POST", "/api/v1/auth/login").json(&body).send().expect(200).json();
        Caller { app: self, credential: answer["access_token"].as_str().unwrap_or_default().to_owned() }
    }

    /// A person with `role` in another's tenant.
    #[track_caller]
    #[must_use]
    pub fn member<'a>(&'a self, owner: &Person<'_>, role: &str) -> Person<'a> {
        let email = format!("{role}-of-{}", owner.email);
        let body = json!({ "email": email, "password": PASSWORD });
        let made = self.request("POST", "/api/v1/auth/register").json(&body).send().expect(201).json();
        let user_id = made["user"]["id"].as_str().unwrap_or_default().to_owned();
        self.join(&owner.tenant_id, &user_id, role);
        Person { caller: self.log_in(&email), user_id, tenant_id: owner.tenant_id.clone(), email }
    }

    /// Makes a person a member of a tenant, which it is not yet.
    pub fn join(&self, tenant_id: &str, user_id: &str, role: &str) {
        self.db().execute(&format!(
            "insert into membership (tenant_id, user_id, role, created_at_ms)
             values ('{tenant_id}', '{user_id}', '{role}', 0)"
        ));
    }

    /// The operator, acting as a person in its tenant.
    #[track_caller]
    #[must_use]
    pub fn impersonate(&self, person: &Person<'_>) -> Caller<'_> {
        let body = json!({
            "user_id": person.user_id, "tenant_id": person.tenant_id, "reason": "Ticket 4711",
        });
        let made = self.operator().post("/api/v1/auth/impersonate", &body).send().expect(200).json();
        Caller { app: self, credential: made["access_token"].as_str().unwrap_or_default().to_owned() }
    }

    /// The operator.
    #[must_use]
    pub fn operator(&self) -> Caller<'_> {
        Caller { app: self, credential: secrets().operator_key.clone() }
    }

    /// Somebody with any credential.
    #[must_use]
    pub fn caller(&self, credential: &str) -> Caller<'_> {
        Caller { app: self, credential: credential.to_owned() }
    }
}
