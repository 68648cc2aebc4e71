//! A well-formed request for every operation: the one thing that is written by hand for each new route.

use insula_kit::route::Route;
use insula_tests::support::{App, Caller, Form, Request};
use serde_json::{Value, json};

/// The JSON body that the operation accepts, if it reads JSON.
pub fn json_body(operation: &str) -> Option<Value> {
    match operation {
        "register" => Some(json!({ "email": "new@example.com", "password": "correct horse battery staple" })),
        "login" => Some(json!({ "email": "ada@example.com", "password": "correct horse battery staple" })),
        "create_tenant" | "create_workspace" => Some(json!({ "name": "Another" })),
        "create_api_key" => Some(json!({ "name": "another", "scopes": ["admin"] })),
        _ => None,
    }
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

/// The names of the ids in a route's path.
pub fn ids(route: &Route<()>) -> Vec<&'static str> {
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| *name != "slug").collect()
}

/// A well-formed request, by a caller.
pub fn request<'a>(app: &'a App, route: &Route<()>, path: &str, caller: Option<&Caller<'a>>) -> Request<'a> {
    let method = route.method.as_str();
    let request = match caller {
        Some(caller) => caller.request(method, path),
        None => app.request(method, path),
    };
    match route.body {
        insula_kit::route::Body::None => request,
        insula_kit::route::Body::Upload(_) => request.form(&Form::file("a,b\n1,2\n")),
        insula_kit::route::Body::Json(_) => {
            let body = json_body(route.doc.id);
            request.json(&body.unwrap_or_else(|| panic!("no sample for `{}`: add one", route.doc.id)))
        }
    }
}
