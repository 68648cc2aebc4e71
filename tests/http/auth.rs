//! People, their logins, and the key that tokens are signed with.

mod device;
mod forged;
mod forgot_password;
mod guessing;
mod idempotency;
mod impersonation;
mod invitation;
mod jwks;
mod login;
mod logout;
mod me;
mod password;
mod password_change;
mod refresh;
mod register;
mod reset_password;
mod second_factor;
mod signing_keys;
mod switch;
mod tenant_choice;
mod token;
mod verify_email;

use insula_tests::support::{Answer, App};
use serde_json::{Value, json};

pub use insula_tests::support::PASSWORD;

/// Sends a registration.
pub fn register(app: &App, body: &Value) -> Answer {
    app.request("POST", "/api/v1/auth/register").json(body).send()
}

/// Sends a login; the same request id makes answers comparable byte for byte.
pub fn login(app: &App, body: &Value) -> Answer {
    app.request("POST", "/api/v1/auth/login").header("x-request-id", "same").json(body).send()
}

/// The token of a person who logs in, in a tenant or in its first.
#[track_caller]
pub fn token(app: &App, email: &str, tenant_id: Option<&str>) -> String {
    let body = json!({ "email": email, "password": PASSWORD, "tenant_id": tenant_id });
    login(app, &body).expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

/// The tokens of a person who logs in.
#[track_caller]
pub fn session(app: &App, email: &str) -> Value {
    login(app, &json!({ "email": email, "password": PASSWORD })).expect(200).json()
}

/// Sends an exchange of a refresh token.
pub fn refresh(app: &App, token: &Value) -> Answer {
    app.request("POST", "/api/v1/auth/refresh").json(&json!({ "refresh_token": token })).send()
}

/// Everything of an answer that a client could compare, but the time.
pub fn bytes(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap_or_default().to_owned())
    };
    let mut headers: Vec<_> = answer.headers.iter().map(header).filter(|(name, _)| name != "date").collect();
    headers.sort();
    (answer.status, headers, answer.body.to_vec())
}
