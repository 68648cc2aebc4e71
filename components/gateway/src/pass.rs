//! The way of a request through the gateway, on the types of `wasi:http` themselves: bodies are handles that are passed
//! on, so none of their bytes comes through this component's memory.

#![allow(unsafe_code, reason = "the generated entry point")]

use http::{HeaderMap, HeaderName, HeaderValue};
use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::config::Config;
use insula_kit::guard::{Call, admit};
use insula_kit::problem::{INTERNAL, MALFORMED};
use insula_kit::serve::{Ids, refuse};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, client, log, note, route, schema};
use spin_sdk::http::IntoResponse;
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, HeaderError, Method, Request, Response};
use spin_sdk::wasip3::wit_future;

use crate::bindings::wasi::http::handler;
use crate::headers::{self, List, Said};
use crate::settings::Settings;
use crate::{activity, called, store, usage};

/// What is looked at here; the rest is the workload's.
const READ: [&str; 6] =
    ["authorization", "x-api-key", "x-request-id", "traceparent", "spin-client-addr", "x-forwarded-for"];
/// By this name a plan may limit what stands behind the gateway, as it may any operation.
const OPERATION: &str = "gateway";

struct Gateway;
spin_sdk::wasip3::http::service::export!(Gateway);

/// Why there is no answer of the workload's.
#[derive(Debug, thiserror::Error)]
#[error("the workload did not answer: {0}")]
struct Unanswered(ErrorCode);

impl Guest for Gateway {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let came = request.get_headers().copy_all();
        let read = readable(&came);
        let ids = Ids::of(&read);
        let head = matches!(request.get_method(), Method::Head);
        match pass(request, came, &read, &ids).await {
            Ok(response) => Ok(response),
            Err(problem) => refuse(problem, &ids, head).into_response(),
        }
    }
}

async fn pass(request: Request, came: List, read: &HeaderMap, ids: &Ids) -> Result<Response, Problem> {
    let settings = Settings::load().await?;
    let config = Config::load().await;
    schema::ensure(&config.db).await?;
    let call = Call {
        operation: OPERATION,
        method: method(&request.get_method()),
        access: settings.access(),
        metered: settings.metered,
        tenant: None,
        client: client::address(read, config.trusted_proxies?),
    };
    let grant = match admit(call, read).await {
        Ok(grant) => grant,
        Err(problem) => {
            note::refused_by_guard(&problem, &config, call, read).await?;
            return Err(problem);
        }
    };
    let cx = Cx::admitted(grant, call.client, config, OPERATION);
    let grant = cx.grant();
    let target = request.get_path_with_query().unwrap_or_default();
    let asked = target.split('?').next().unwrap_or_default();
    let path = called::plain(asked);
    note::passed(&cx, call, asked, &path).await.map_err(|problem| grant.problem_with_limits(problem))?;
    let told = headers::down(came, grant, &ids.request, settings.forward_credentials);
    let told = fields(&told)
        .map_err(|_| Problem::new(&MALFORMED).detail("The headers are too large to be handed on."))
        .map_err(|problem| grant.problem_with_limits(problem))?;
    if settings.audited && !call.method.reads() {
        called::note(&cx, &name(&request.get_method()), &path)
            .await
            .map_err(|problem| grant.problem_with_limits(problem))?;
    }
    let answer = handler::handle(down(request, told))
        .await
        .map_err(|code| grant.problem_with_limits(Problem::new(&INTERNAL).caused_by(Unanswered(code))))?;
    let (mut list, said) = headers::up(answer.get_headers().copy_all());
    // Nothing of the answer has left yet, so what can't be noted is not answered.
    keep(&cx, &said, ids).await.map_err(|problem| grant.problem_with_limits(problem))?;
    list.push(("x-request-id".to_owned(), ids.request.clone().into_bytes()));
    if let Some((policy, state)) = grant.limit_headers() {
        list.push(("ratelimit-policy".to_owned(), policy.into_bytes()));
        list.push(("ratelimit".to_owned(), state.into_bytes()));
    }
    let headers = fields(&list).map_err(|_| Problem::new(&INTERNAL))?;
    Ok(up(answer, headers))
}

/// What the workload is asked to do. A method that isn't known may change anything.
const fn method(method: &Method) -> route::Method {
    match method {
        Method::Get | Method::Head | Method::Options => route::Method::Get,
        Method::Put => route::Method::Put,
        Method::Patch => route::Method::Patch,
        Method::Delete => route::Method::Delete,
        Method::Post | Method::Connect | Method::Trace | Method::Other(_) => route::Method::Post,
    }
}

/// A method as the caller has written it.
fn name(method: &Method) -> String {
    match method {
        Method::Get => "GET".to_owned(),
        Method::Head => "HEAD".to_owned(),
        Method::Options => "OPTIONS".to_owned(),
        Method::Put => "PUT".to_owned(),
        Method::Patch => "PATCH".to_owned(),
        Method::Delete => "DELETE".to_owned(),
        Method::Post => "POST".to_owned(),
        Method::Connect => "CONNECT".to_owned(),
        Method::Trace => "TRACE".to_owned(),
        Method::Other(name) => called::word(name).to_owned(),
    }
}

/// The same request with other headers. Its trailers aren't handed on; where a host has let some in, they come all the same,
/// because a host takes a body that is passed on for the one that it gave.
fn down(request: Request, headers: Fields) -> Request {
    let (method, scheme) = (request.get_method(), request.get_scheme());
    let (path, authority) = (request.get_path_with_query(), request.get_authority());
    let options = request.get_options();
    let (_, read) = wit_future::new(|| Ok(()));
    let (body, _) = Request::consume_body(request, read);
    let (_, no_trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(headers, Some(body), no_trailers, options);
    // None is refused: each came from a request that was well-formed.
    let _ = request.set_method(&method);
    let _ = request.set_scheme(scheme.as_ref());
    let _ = request.set_path_with_query(path.as_deref());
    let _ = request.set_authority(authority.as_deref());
    request
}

/// The same answer with other headers.
fn up(response: Response, headers: Fields) -> Response {
    let status = response.get_status_code();
    let (_, read) = wit_future::new(|| Ok(()));
    let (body, trailers) = Response::consume_body(response, read);
    let (response, _) = Response::new(headers, Some(body), trailers);
    let _ = response.set_status_code(status);
    response
}

/// Counts what the workload says that it used, and appends to the audit log what it says that it did. For what is only
/// counted, the answer goes on whatever becomes of it.
async fn keep(cx: &Cx, said: &Said, ids: &Ids) -> Result<(), Problem> {
    let Some(tenant_id) = cx.membership().map(|membership| membership.tenant_id) else { return Ok(()) };
    let used = usage::Report::read(said.used.iter().map(Vec::as_slice));
    let done = activity::Report::read(said.done.iter().map(Vec::as_slice));
    let mut entries = Vec::with_capacity(done.done.len());
    for activity in done.done {
        let event = Event::new(Action::WorkloadReported).in_tenant(tenant_id);
        let event = event.fact("action", activity.action).fact("dataset", activity.dataset);
        entries.push(cx.audit(event).await?);
    }
    let mut left_out = used.ignored;
    if !used.used.is_empty() || !entries.is_empty() {
        let is_noted = !entries.is_empty();
        match store::keep(cx.db(), tenant_id, &used.used, entries, Timestamp::now()).await {
            Ok(more) => left_out += more,
            Err(error) if is_noted => return Err(error.into()),
            Err(error) => {
                let lost = store::Lost { tenant_id, used: used.used, source: error };
                log::failure(&ids.request, &ids.trace, "uncounted", Some(&lost));
            }
        }
    }
    warn(left_out, "insula-usage could not be counted", ids);
    warn(done.ignored, "insula-audit could not be noted", ids);
    Ok(())
}

fn warn(left_out: usize, what: &str, ids: &Ids) {
    if left_out > 0 {
        let message = format!("{left_out} of what the workload reported in {what}");
        log::warning(&ids.request, &ids.trace, &message);
    }
}

fn readable(came: &List) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(READ.len());
    for (name, value) in came {
        let name = READ.iter().find(|read| name.eq_ignore_ascii_case(read));
        if let Some((name, value)) = name.zip(HeaderValue::from_bytes(value).ok()) {
            map.append(HeaderName::from_static(name), value);
        }
    }
    map
}

/// Headers of a new message. What no message may have is left out; what doesn't fit is an error, because a workload must
/// never be asked with a part of what it believes.
fn fields(list: &List) -> Result<Fields, HeaderError> {
    if let Ok(fields) = Fields::from_list(list) {
        return Ok(fields);
    }
    let fields = Fields::new();
    for (name, value) in list {
        match fields.append(name, value) {
            Ok(()) | Err(HeaderError::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(fields)
}
