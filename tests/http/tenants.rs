//! Tenants, which are workspaces under another name.

mod bounds;
mod change;
mod create;
mod diagnostics;
mod get;
mod idempotency;
mod invitations;
mod lifecycle;
mod limits;
mod list;
mod members;
mod onboarding;
mod plans;
mod security;
mod suspended;
mod workspaces;

use insula_tests::support::{Answer, Caller};
use serde_json::json;

/// Sends a tenant of that name.
pub fn create(caller: &Caller<'_>, name: &str) -> Answer {
    caller.post("/api/v1/tenants", &json!({ "name": name })).send()
}

/// The names and the number of pages of a whole list, read page by page.
#[track_caller]
pub fn names(caller: &Caller<'_>, path: &str, limit: usize) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = caller.get(&format!("{path}?limit={limit}{cursor}")).send().expect(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit, "{page}");
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (names, pages),
        }
    }
}
