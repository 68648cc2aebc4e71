//! Mail: an address is confirmed, and a forgotten password replaced, with codes that the operator reads in the mailbox.

use serde_json::{Value, json};

use super::{Client, PASSWORD};

const NEW_PASSWORD: &str = "another long password";

pub fn codes_arrive_and_are_good_once(client: &Client, operator_key: &str) {
    let email = "dora@example.com";
    let person = json!({ "email": email, "password": PASSWORD });
    let _ = client.post_json("/api/v1/auth/register", &person).send().expect(201);
    let token = log_in(client, PASSWORD);

    let body = json!({ "token": code(client, operator_key, "verify-email", email) });
    client.post_json("/api/v1/auth/verify-email", &body).send().problem(401, "unauthenticated");
    let dora = client.bearing(&token);
    let _ = dora.post_json("/api/v1/auth/verify-email", &body).send().expect(204);
    dora.post_json("/api/v1/auth/verify-email", &body).send().problem(403, "invalid-token");
    let me = client.bearing(&token).get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!(me["user"]["email_verified"], true, "{me}");

    for address in [email, "nobody@example.com"] {
        let body = json!({ "email": address });
        let _ = client.post_json("/api/v1/auth/password/forgot", &body).send().expect(202);
    }
    let token_of_mail = code(client, operator_key, "password-reset", email);
    let body = json!({ "token": token_of_mail, "password": NEW_PASSWORD });
    let _ = client.post_json("/api/v1/auth/password/reset", &body).send().expect(204);
    client.post_json("/api/v1/auth/password/reset", &body).send().problem(403, "invalid-token");
    client.bearing(&token).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    let _ = log_in(client, NEW_PASSWORD);
}

fn log_in(client: &Client, password: &str) -> String {
    let body = json!({ "email": "dora@example.com", "password": password });
    let login = client.post_json("/api/v1/auth/login", &body).send().expect(200).json();
    login["access_token"].as_str().unwrap_or_default().to_owned()
}

/// Has mail delivered, and finds the code of the newest mail of that template to that address.
fn code(client: &Client, operator_key: &str, template: &str, to: &str) -> String {
    let operator = client.bearing(operator_key);
    let _ = operator.post("/internal/tick").send().expect(200);
    let page = operator.get("/internal/mailbox").send().expect(200).json();
    let is_it = |mail: &&Value| mail["template"] == template && mail["to"] == to;
    let mail = page["items"].as_array().and_then(|mails| mails.iter().find(is_it));
    let text = mail.and_then(|mail| mail["text"].as_str()).unwrap_or_default();
    let code = text.lines().map(str::trim).find(|line| line.starts_with("ins_"));
    code.unwrap_or_else(|| panic!("no {template} for {to} in {page}")).to_owned()
}
