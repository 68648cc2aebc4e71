//! A well-formed request for every operation: the one thing that is written by hand for each new route.

use insula_domain::credential;
use insula_kit::route::Route;
use insula_tests::support::{App, Caller, Form, PASSWORD, Request};
use serde_json::{Value, json};

/// The JSON body that the operation accepts, if it reads JSON. What it names is there.
pub fn json_body(app: &App, operation: &str) -> Option<Value> {
    match operation {
        "register" => Some(json!({ "email": "new@example.com", "password": PASSWORD })),
        "login" => Some(json!({ "email": "ada@example.com", "password": PASSWORD })),
        "refresh" => Some(json!({ "refresh_token": refresh_token(app) })),
        "verify_email" => Some(json!({ "token": account_token(app, "verify_email") })),
        "forgot_password" => Some(json!({ "email": "ada@example.com" })),
        "reset_password" => Some(json!({
            "token": account_token(app, "reset_password"), "password": "correct horse battery staple",
        })),
        "logout" => Some(json!({ "everywhere": false })),
        "switch_tenant" => Some(json!({ "tenant_id": one(app, "tenant where name = 'ada'") })),
        "add_member" | "create_invitation" => Some(json!({ "email": "guest@example.com", "role": "viewer" })),
        "accept_invitation" => Some(json!({ "token": invitation(app) })),
        "update_member" => Some(json!({ "role": "viewer" })),
        "change_password" => Some(json!({ "current_password": PASSWORD, "new_password": PASSWORD })),
        "start_totp" => Some(json!({ "password": PASSWORD })),
        // Nobody in the world of the matrix has a second factor: 409.
        "confirm_totp" => Some(json!({ "code": "000000" })),
        "remove_totp" | "renew_recovery_codes" => Some(json!({ "password": PASSWORD, "code": "000000" })),
        "update_tenant" => Some(json!({ "settings": { "of": "the matrix" } })),
        "suspend_tenant" | "activate_tenant" => Some(json!({ "reason": "The matrix wants it." })),
        "update_tenant_security" => Some(json!({ "second_factor_required": false })),
        "create_tenant" | "create_workspace" => Some(json!({ "name": "Another" })),
        "set_tenant_limit" => Some(json!({ "rate_limit": "1000/second" })),
        "set_plan" => Some(json!({
            "requests_per_minute": 1_000_000, "burst": 1_000_000, "quotas": [], "endpoint_limits": [],
        })),
        "start_impersonation" => Some(json!({
            "user_id": one(app, "user_account where email = 'ada@example.com'"),
            "tenant_id": one(app, "tenant where name = 'ada'"),
            "reason": "The matrix wants it.",
        })),
        "rotate_signing_keys" => Some(json!({ "if_due": true })),
        "create_api_key" => Some(json!({ "name": "another", "scopes": ["admin"] })),
        "update_api_key" => Some(json!({ "metadata": { "of": "the matrix" } })),
        "rotate_api_key" => Some(json!({ "grace_period_hours": 1 })),
        "import_api_key" => {
            Some(json!({ "name": "imported", "scopes": ["admin"], "key": "of-another-system:0123456789" }))
        }
        "verify_api_key" => Some(json!({ "key": "nonsense" })),
        "report_leaked_api_keys" => {
            Some(json!([{ "token": "nonsense", "type": "insula_api_key", "url": null }]))
        }
        _ => None,
    }
}

/// An id.
fn one(app: &App, of: &str) -> String {
    app.db().rows(&format!("select id from {of} order by id limit 1")).concat().concat()
}

/// A refresh token that was not exchanged yet.
fn refresh_token(app: &App) -> &'static str {
    let text = "ins_refresh_of-the-matrix";
    app.db().execute(&format!(
        "insert into refresh_token (digest, session_id, expires_at_ms) values ('{}', '{}', 9000000000000)
         on conflict (digest) do update set successor = null",
        credential::digest(text),
        one(app, "session")
    ));
    text
}

/// A mailed token that was not used yet.
fn account_token(app: &App, purpose: &str) -> String {
    let text = format!("ins_{purpose}_of-the-matrix");
    app.db().execute(&format!("delete from account_token where digest = '{}'", credential::digest(&text)));
    app.db().execute(&format!(
        "insert into account_token (user_id, purpose, digest, created_at_ms, expires_at_ms)
         values ('{}', '{purpose}', '{}', 0, 9000000000000)
         on conflict (user_id, purpose) do update set digest = excluded.digest, expires_at_ms = 9000000000000",
        one(app, "user_account"),
        credential::digest(&text)
    ));
    text
}

/// An invitation to a tenant that nobody else of the matrix is in.
fn invitation(app: &App) -> &'static str {
    let (text, tenant_id) = ("ins_invite_of-the-matrix", "ten_01h455vb4pex5vsknk084sn02r");
    let (digest, host) = (credential::digest(text), "usr_01h455vb4pex5vsknk084sn02r");
    for row in [
        format!(
            "user_account (id, email, password, created_at_ms) values ('{host}', 'host@example.com', '', 0)"
        ),
        format!(
            "tenant (id, name, state, plan, created_at_ms) values ('{tenant_id}', 'hosts', 'active', 'enterprise', 0)"
        ),
        format!(
            "membership (tenant_id, user_id, role, created_at_ms) values ('{tenant_id}', '{host}', 'owner', 0)"
        ),
        format!(
            "invitation values ('inv_01h455vb4pex5vsknk084sn02r', '{tenant_id}', 'ada@example.com', 'viewer', '{host}', '{digest}', 0, 9000000000000)"
        ),
    ] {
        app.db().execute(&format!("insert into {row} on conflict do nothing"));
    }
    text
}

/// Addresses the invitation above to a person.
fn address_invitation(app: &App, caller: &Caller<'_>) {
    let token = credential::digest(&caller.credential);
    app.db().execute(&format!(
        "update invitation set email = coalesce((
           select u.email from access_token a join session s on s.id = a.session_id join user_account u on u.id = s.user_id
           where a.digest = '{token}'), email)
         where id = 'inv_01h455vb4pex5vsknk084sn02r'"
    ));
}

/// Makes the mailed token above a person's own.
fn give_token(app: &App, caller: &Caller<'_>) {
    let (token, digest) =
        (credential::digest(&caller.credential), credential::digest("ins_verify_email_of-the-matrix"));
    let person = format!(
        "(select s.user_id from access_token a join session s on s.id = a.session_id where a.digest = '{token}')"
    );
    app.db().execute(&format!(
        "delete from account_token where digest <> '{digest}' and purpose = 'verify_email';
         update account_token set user_id = coalesce({person}, user_id) where digest = '{digest}'"
    ));
}

/// The path of a route with ids in it.
pub fn path(route: &Route<()>, id: impl Fn(&str) -> String) -> String {
    let segment = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some("slug") => "invalid".to_owned(),
        Some(parameter) => id(parameter),
        None => segment.to_owned(),
    };
    route.path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The names of the ids in a route's path. Problems and plans are everybody's.
pub fn ids(route: &Route<()>) -> Vec<&'static str> {
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| !matches!(*name, "slug" | "plan")).collect()
}

/// A well-formed request, by a caller.
pub fn request<'a>(app: &'a App, route: &Route<()>, path: &str, caller: Option<&Caller<'a>>) -> Request<'a> {
    let method = route.method.as_str();
    // What may be asked for besides is none of this: one parameter has to be there.
    let asked = if path.contains('?') { "&entry=0" } else { "?entry=0" };
    let asked = if route.doc.id == "get_audit_proof" { asked } else { "" };
    let path = &format!("{path}{asked}");
    let request = match caller {
        Some(caller) => caller.request(method, path),
        None => app.request(method, path),
    };
    match route.body {
        insula_kit::route::Body::None => request,
        insula_kit::route::Body::Upload(_) => request.form(&Form::file("a,b\n1,2\n")),
        insula_kit::route::Body::Signed(_) => {
            let body = json_body(app, route.doc.id);
            request.reported(&body.unwrap_or_else(|| panic!("no sample for `{}`: add one", route.doc.id)))
        }
        insula_kit::route::Body::Json(_) => {
            let body = json_body(app, route.doc.id);
            match (route.doc.id, caller) {
                ("accept_invitation", Some(caller)) => address_invitation(app, caller),
                ("verify_email", Some(caller)) => give_token(app, caller),
                _ => {}
            }
            request.json(&body.unwrap_or_else(|| panic!("no sample for `{}`: add one", route.doc.id)))
        }
    }
}
