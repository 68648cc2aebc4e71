//! The one path from a request to an answer, the same for every component.
//!
//! 1. The route is found: 404, or 405 with `Allow`.
//! 2. The guard admits the call, as the route's access rule demands: 401, 403, 404, 429; and the tenant of the path,
//!    if it demands a second factor of people: 403.
//! 3. Query and body are read, within their limits: 400, 413, 415, 422.
//! 4. A request that makes something and was made before is answered as then.
//! 5. The operation runs.
//! 6. What the operator read, in its own name or in a person's, and a refusal, is noted in the audit log.
//! 7. Whatever came back becomes the answer, with the headers that every answer carries.

mod find;
mod finish;

use std::cell::RefCell;

use bytes::Bytes;
use http::HeaderMap;
use spin_sdk::wasip3::http_compat::IncomingRequestBody;

use crate::client;
use crate::config::Config;
use crate::cx::Cx;
use crate::guard::{self, Call};
use crate::idempotency;
use crate::note::{self, Reading};
use crate::problem::{FORBIDDEN, Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::request::{Request, Upload, parse_query, too_large};
use crate::response::{Outgoing, Response};
use crate::route::{Access, Body, JSON_LIMIT_BYTES, Route};
use crate::schema;
use crate::second_factor;

pub use finish::{Ids, refuse};

use find::find;
use finish::{finish, said};

type Incoming = http::Request<IncomingRequestBody>;

/// Answers one request.
pub async fn serve<Op: Copy + 'static>(
    routes: &'static [Route<Op>],
    incoming: Incoming,
    dispatch: impl AsyncFn(Op, &Cx, Request) -> Result<Response, Problem>,
) -> http::Response<Outgoing> {
    let ids = Ids::of(incoming.headers());
    let head = incoming.method() == http::Method::HEAD;
    let response = match answer(routes, incoming, dispatch).await {
        Ok(response) => response,
        Err(problem) => said(problem, &ids),
    };
    finish(response, &ids, head)
}

async fn answer<Op: Copy + 'static>(
    routes: &'static [Route<Op>],
    incoming: Incoming,
    dispatch: impl AsyncFn(Op, &Cx, Request) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let (route, path) = find(routes, &incoming)?;
    let config = Config::load().await;
    if !matches!(route.access, Access::Public | Access::Operator) {
        schema::ensure(&config.db).await?;
    }
    let tenant = path.iter().find(|(name, _)| name == "tenant_id").map(|(_, value)| value.as_str());
    let client = client::address(incoming.headers(), config.trusted_proxies?);
    let (operation, access, metered) = (route.doc.id, route.access, route.metered);
    let call = Call { operation, method: route.method, access, metered, tenant, client };
    let grant = match guard::admit(call, incoming.headers()).await {
        // The operator is known without the database, others aren't: on an old schema that is what fails.
        Err(problem) if problem.kind().status >= 500 => {
            schema::ensure(&config.db).await?;
            return Err(problem);
        }
        Err(problem) => {
            note::refused_by_guard(&problem, &config, call, incoming.headers()).await?;
            return Err(problem);
        }
        Ok(grant) => grant,
    };
    if tenant.is_some() {
        let presented = guard::credential(incoming.headers());
        second_factor::ensure(&config.db, &grant, presented.as_deref()).await?;
    }
    let cx = Cx {
        grant,
        client,
        config,
        operation,
        idempotency_key: idempotency_key(route, incoming.headers()),
        claim: RefCell::new(None),
    };
    let reading = Reading::of(call, incoming.uri().path());
    note::network(&cx).await?;
    note::acting(&cx, call, incoming.uri().path(), incoming.uri().path()).await?;
    let mut outcome = run(route, incoming, path.clone(), &cx, dispatch).await;
    let noted = match (&outcome, reading) {
        (Ok(_), Some(reading)) => reading.note(&cx).await,
        (Err(problem), _) if problem.kind() == &FORBIDDEN => note::refused(&cx, call).await,
        (Ok(_) | Err(_), _) => Ok(()),
    };
    if let Err(problem) = noted {
        outcome = Err(problem);
    }
    // An admitted call tells what is left of the limits, also when the operation refuses or fails.
    match outcome {
        Ok(response) => Ok(cx.grant.with_limits(response)),
        Err(problem) => Err(cx.grant.problem_with_limits(problem)),
    }
}

async fn run<Op: Copy>(
    route: &Route<Op>,
    incoming: Incoming,
    path: Vec<(String, String)>,
    cx: &Cx,
    dispatch: impl AsyncFn(Op, &Cx, Request) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let known: Vec<&str> = route.doc.query.iter().map(|query| query.name).collect();
    let (parts, body) = incoming.into_parts();
    let query = parse_query(parts.uri.query().unwrap_or_default(), &known)?;
    let called = parts.uri.path().to_owned();
    let mut request =
        Request { headers: parts.headers, called, path, query, body: Bytes::new(), upload: None };
    match route.body {
        Body::None => {}
        Body::Json(_) | Body::Signed(_) => {
            expect_media_type(&request, "application/json")?;
            request.body = upload(&request, body, JSON_LIMIT_BYTES)?.read().await?;
        }
        Body::Upload(_) => {
            expect_media_type(&request, "multipart/form-data")?;
            request.upload = Some(upload(&request, body, cx.config.upload_limit_bytes?)?);
        }
    }
    if route.creates
        && request.upload.is_none()
        && let Some(earlier) = idempotency::begin(cx, request.digest()).await?
    {
        return Ok(earlier);
    }
    match dispatch(route.operation, cx, request).await {
        // An equal request may have been faster, and be the very reason for the refusal.
        Err(problem) if route.creates && problem.kind().status < 500 => {
            idempotency::find_again(cx).await?.ok_or(problem)
        }
        outcome => outcome,
    }
}

fn upload(request: &Request, body: IncomingRequestBody, limit: usize) -> Result<Upload, Problem> {
    let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    Ok(Upload::new(body, limit))
}

fn expect_media_type(request: &Request, expected: &str) -> Result<(), Problem> {
    let mut sent = request.header("content-type").unwrap_or_default().split(';').map(str::trim);
    let is_expected = sent.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case(expected));
    let is_utf8 = sent.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_expected && is_utf8 {
        return Ok(());
    }
    Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(format!("This operation reads {expected} in UTF-8.")))
}

fn idempotency_key<Op>(route: &Route<Op>, headers: &HeaderMap) -> Option<String> {
    let value = headers.get("idempotency-key").filter(|_| route.creates)?;
    Some(value.to_str().unwrap_or_default().to_owned())
}
