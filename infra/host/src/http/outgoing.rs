//! Requests that components make: to each other inside the process, to allowed hosts outside.

use std::sync::Arc;

use http::uri::Scheme;
use http::{HeaderName, Request, Response, Uri};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks,
    default_send_request,
};

use crate::worker::Activity;

/// The domain under which components reach each other.
const INTERNAL: &str = ".spin.internal";

/// The HTTP client of an instance.
pub(crate) struct Outgoing {
    activity: Arc<Activity>,
    forbidden: ForbiddenHeaderFilter,
}

type Finished = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Result<(Response<WasiBody>, Finished), Error>;

impl Outgoing {
    pub(crate) fn new(activity: Arc<Activity>) -> Self {
        Self { activity, forbidden: Arc::new(|name| DEFAULT_FORBIDDEN_HEADERS.contains(name)) }
    }
}

impl WasiHttpHooks for Outgoing {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        self.forbidden.clone()
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Finished,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let activity = self.activity.clone();
        Box::new(async move {
            if !allowed(&activity, request.uri()) {
                return Err(Error::HttpRequestDenied);
            }
            match internal_target(request.uri()) {
                Some(component) => chain(&activity, &component, request).await,
                None => {
                    let (response, finished) = default_send_request(request, options).await?;
                    Ok((response.map(BodyExt::boxed_unsync), Box::new(finished) as Finished))
                }
            }
        })
    }
}

fn allowed(activity: &Activity, uri: &Uri) -> bool {
    let scheme = uri.scheme_str().unwrap_or("https");
    let host = uri.host().unwrap_or_default();
    activity.component.hosts.allow(scheme, host, uri.port_u16())
}

/// The component that a request inside the process is for.
fn internal_target(uri: &Uri) -> Option<String> {
    let host = uri.host()?.to_ascii_lowercase();
    let component = host.strip_suffix(INTERNAL)?;
    (uri.scheme() == Some(&Scheme::HTTP)).then(|| component.to_owned())
}

async fn chain(activity: &Activity, component: &str, request: Request<WasiBody>) -> Sent {
    let app = activity.component.app.upgrade().ok_or(Error::DestinationUnavailable)?;
    // An instance that works on nothing makes no requests.
    let parent = activity.request().ok_or(Error::DestinationUnavailable)?;
    let response = app.chain(component, request, &parent).await.ok_or(Error::DestinationNotFound)?;
    Ok((response, Box::new(async { Ok(()) })))
}
