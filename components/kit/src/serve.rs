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

use std::cell::{OnceCell, RefCell};

use bytes::Bytes;
use http::HeaderMap;
use insula_domain::trace::{is_request_id, parse_traceparent};
use spin_sdk::wasip3::http_compat::IncomingRequestBody;

use crate::client;
use crate::config::Config;
use crate::cx::Cx;
use crate::guard::{self, Call};
use crate::id::RequestId;
use crate::idempotency;
use crate::log;
use crate::note::{self, Reading};
use crate::problem::{FORBIDDEN, METHOD_NOT_ALLOWED, NOT_FOUND, Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::request::{Request, Upload, parse_query, too_large};
use crate::response::{Outgoing, Response};
use crate::route::{Access, Body, JSON_LIMIT_BYTES, Route};
use crate::schema;
use crate::second_factor;
use crate::time::Timestamp;

type Incoming = http::Request<IncomingRequestBody>;

thread_local! {
    /// The paths of the component's routes. Constant, built once an instance.
    static PATHS: OnceCell<matchit::Router<Vec<usize>>> = const { OnceCell::new() };
}

/// The ids that an answer and its log lines carry.
#[derive(Clone, Debug)]
pub struct Ids {
    /// `X-Request-Id`: the host's or the caller's, else one of our own.
    pub request: String,
    /// The trace of W3C `traceparent`, else the request's id.
    pub trace: String,
}

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

/// The answer to a request that is refused; a failure of ours is logged.
#[must_use]
pub fn refuse(problem: Problem, ids: &Ids, head: bool) -> http::Response<Outgoing> {
    finish(said(problem, ids), ids, head)
}

fn said(problem: Problem, ids: &Ids) -> Response {
    if problem.kind().status >= 500 {
        log::failure(&ids.request, &ids.trace, problem.kind().slug, problem.source());
    }
    problem.into_response(&ids.request, &ids.trace)
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
            let presented = guard::credential(incoming.headers());
            note::refused_by_guard(&problem, &config, call, client, presented.as_deref()).await?;
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
    note::acting(&cx, call, incoming.uri().path()).await?;
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
    let mut request = Request { headers: parts.headers, path, query, body: Bytes::new(), upload: None };
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

type Found<Op> = (&'static Route<Op>, Vec<(String, String)>);

fn find<Op>(routes: &'static [Route<Op>], incoming: &Incoming) -> Result<Found<Op>, Problem> {
    PATHS.with(|paths| {
        let paths = paths.get_or_init(|| build(routes));
        let found = paths.at(incoming.uri().path()).map_err(|_| Problem::new(&NOT_FOUND))?;
        let wanted = if incoming.method() == http::Method::HEAD { "GET" } else { incoming.method().as_str() };
        let candidates = found.value.iter().map(|at| &routes[*at]);
        let Some(route) = candidates.clone().find(|route| route.method.as_str() == wanted) else {
            return Err(Problem::new(&METHOD_NOT_ALLOWED).header("allow", allowed(candidates)));
        };
        Ok((route, found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    })
}

/// The methods of a path; what answers `GET` answers `HEAD`.
fn allowed<'a, Op: 'a>(routes: impl Iterator<Item = &'a Route<Op>>) -> String {
    let methods = routes.map(|route| match route.method.as_str() {
        "GET" => "GET, HEAD",
        other => other,
    });
    methods.collect::<Vec<_>>().join(", ")
}

fn build<Op>(routes: &[Route<Op>]) -> matchit::Router<Vec<usize>> {
    let mut router = matchit::Router::new();
    for (at, route) in routes.iter().enumerate() {
        let same: Vec<usize> = (0..routes.len()).filter(|other| routes[*other].path == route.path).collect();
        if same.first() == Some(&at) {
            // Refused paths can't occur: a test of every component builds this table.
            let _ = router.insert(route.path, same);
        }
    }
    router
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

impl Ids {
    /// The host sets both headers; where it doesn't, the request gets an id of its own.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request =
            text("x-request-id").filter(|id| is_request_id(id)).map_or_else(new_request_id, str::to_owned);
        let trace = text("traceparent").and_then(parse_traceparent);
        let trace = trace.map_or_else(|| request.clone(), |(trace, _)| trace);
        Self { request, trace }
    }
}

fn new_request_id() -> String {
    let mut random = [0; 10];
    let _ = getrandom::fill(&mut random);
    RequestId::new(Timestamp::now(), random).to_string()
}

/// The status has been sent: what is wrong now stands only in the log.
fn broke_off(problem: &Problem, request_id: &str) {
    log::failure(request_id, request_id, problem.kind().slug, problem.source());
}

fn finish(response: Response, ids: &Ids, head: bool) -> http::Response<Outgoing> {
    let length = response.body.len();
    let has_body = response.status != 204 && response.status != 304;
    let response = response.header("x-request-id", &ids.request).header("x-content-type-options", "nosniff");
    let response =
        if response.has("cache-control") { response } else { response.header("cache-control", "no-store") };
    let is_whole = response.rest.is_none();
    let response =
        if has_body && is_whole { response.header("content-length", &length.to_string()) } else { response };
    let (body, rest) = if head || !has_body { (Bytes::new(), None) } else { (response.body, response.rest) };
    let mut answer = http::Response::new(Outgoing::new(body, rest, &ids.request, broke_off));
    *answer.status_mut() = http::StatusCode::from_u16(response.status).unwrap_or_default();
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}
