//! What the host asks of the application by itself: to migrate before it serves, and to do what is
//! due.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;

use crate::app::{Answers, App};
use crate::error::Error;
use crate::http::body::{Body, empty};
use crate::log::{Entry, Level};

/// Where the application does what is due.
pub const TICK_PATH: &str = "/internal/tick";
/// Where the application brings its database up to date.
pub const MIGRATE_PATH: &str = "/internal/migrate";
/// What migrations may take.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// When the first tick is: the first requests go first.
const FIRST_TICK: Duration = Duration::from_secs(1);
/// How much of a refusal is shown.
const DETAIL_BYTES: usize = 16 * 1024;
const CALLER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Lets the application migrate its database, if it has something to answer that with, and asks again while a part of it is
/// left. Its progress is logged.
///
/// # Errors
///
/// When it answers with anything but success; with the detail of its problem.
pub async fn migrate(app: &App, operator_key: &str) -> Result<(), Error> {
    let answers = app.answers(MIGRATE_PATH);
    if answers == Answers::Never {
        return Ok(());
    }
    loop {
        let request = post(MIGRATE_PATH, operator_key);
        let response = app.handle_within(request, CALLER, MIGRATION_TIMEOUT).await;
        if is_absent(answers, response.status()) {
            return Ok(());
        }
        if !response.status().is_success() {
            let status = response.status().as_u16();
            return Err(Error::Migration { status, detail: detail(response).await });
        }
        let Some(Part { tenants_migrated, tenants_left }) = part(response).await else { return Ok(()) };
        if tenants_left == 0 {
            return Ok(());
        }
        let message = format!("migrated the schemas of {tenants_migrated} tenants, {tenants_left} are left");
        let settings = app.settings();
        settings.log.write(&Entry::host(settings.clock.now(), Level::Info, &message));
        if tenants_migrated == 0 {
            // They are busy: each is migrated by its own next call.
            return Ok(());
        }
    }
}

/// What one call has done for tenants that have a schema of their own.
#[derive(serde::Deserialize)]
struct Part {
    tenants_migrated: u64,
    tenants_left: u64,
}

/// Another application's answer may say nothing of tenants.
async fn part(response: Response<Body>) -> Option<Part> {
    let bytes = http_body_util::Limited::new(response.into_body(), DETAIL_BYTES).collect().await.ok()?;
    serde_json::from_slice(&bytes.to_bytes()).ok()
}

/// Lets the application do what is due, every so often, for as long as it exists. Failures are
/// logged; the next time may go better.
pub async fn run(app: Arc<App>, operator_key: String, every: Duration) {
    let answers = app.answers(TICK_PATH);
    if every.is_zero() || answers == Answers::Never {
        return;
    }
    let mut wait = FIRST_TICK.min(every);
    loop {
        tokio::time::sleep(wait).await;
        wait = every;
        let response = app.handle(post(TICK_PATH, &operator_key), CALLER).await;
        let status = response.status();
        // Its end is the end of the tick.
        drop(response.into_body().collect().await);
        if is_absent(answers, status) {
            return;
        }
        if !status.is_success() {
            let message = format!("the tick failed: the application answered {}", status.as_u16());
            let settings = app.settings();
            settings.log.write(&Entry::host(settings.clock.now(), Level::Warn, &message));
        }
    }
}

/// An application whose route for everything knows nothing of this path has no such operation.
fn is_absent(answers: Answers, status: StatusCode) -> bool {
    answers == Answers::Perhaps && matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
}

fn post(path: &'static str, operator_key: &str) -> Request<Body> {
    let mut request = Request::new(empty());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static(path);
    let headers = request.headers_mut();
    headers.insert(CONTENT_LENGTH, http::HeaderValue::from(0));
    if let Ok(mut value) = http::HeaderValue::try_from(format!("Bearer {operator_key}")) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    request
}

/// The title and the detail of a problem.
async fn detail(response: Response<Body>) -> Option<String> {
    let bytes = http_body_util::Limited::new(response.into_body(), DETAIL_BYTES).collect().await.ok()?;
    let problem: serde_json::Value = serde_json::from_slice(&bytes.to_bytes()).ok()?;
    let part = |name: &str| problem.get(name).and_then(serde_json::Value::as_str);
    match (part("title"), part("detail")) {
        (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
        (Some(text), None) | (None, Some(text)) => Some(text.to_owned()),
        (None, None) => None,
    }
}
