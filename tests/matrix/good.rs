//! For every route, a request that does what it asks for, in a world in which it can.

use std::time::Duration;

use insula_kit::route::{Access, Route};
use insula_tests::support::{App, PASSWORD, Request};
use serde_json::json;

use super::samples::{path, request};
use super::world::Side;

/// A request of who may make it.
pub fn good<'a>(app: &'a App, ada: &Side<'a>, route: &Route<()>) -> Request<'a> {
    ada.renew(app);
    let path = path(route, |name| ada.id(name).to_owned());
    let owner = &ada.owner.caller;
    match route.doc.id {
        "confirm_totp" => {
            let device = owner.begin_enrolment();
            owner.post(&path, &json!({ "code": device.code(app) }))
        }
        "remove_totp" | "renew_recovery_codes" => {
            let device = owner.enrol(app);
            // A code counts once.
            app.advance(Duration::from_secs(30));
            let body = json!({ "password": PASSWORD, "code": device.code(app) });
            owner.request(route.method.as_str(), &path).json(&body)
        }
        "report_leaked_api_keys" => {
            let key = ada.owner.key(&["read"]).credential;
            let found = json!([{ "token": key, "type": "insula_api_key", "url": null }]);
            app.request("POST", &path).reported(&found)
        }
        "rotate_signing_keys" => app.operator().post(&path, &json!({ "withdraw": true })),
        "send_verification" => {
            let unproven = "update user_account set email_verified_at_ms = null; delete from account_token";
            app.db().execute(unproven);
            owner.request(route.method.as_str(), &path)
        }
        id => {
            if id == "activate_tenant" {
                app.db().execute("update tenant set state = 'suspended', state_by = 'member'");
            }
            let is_operators = route.access == Access::Operator;
            let caller = if is_operators { app.operator() } else { owner.clone() };
            request(app, route, &path, Some(&caller))
        }
    }
}
