//! The way of a request: identity, route, limits, headers, component.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Response;
use http::header::{CONTENT_LENGTH, EXPECT};
use http::request::Parts;
use http_body::Body as _;
use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, TrapOrPanicError};

use super::admission::{GATHERED_BYTES, Room};
use super::answer::Finished;
use super::{App, Target};
use crate::http::body::{Body, discard};
use crate::http::headers;
use crate::http::identity::Identity;
use crate::http::limited::{Limited, Limits};
use crate::http::pace::Pace;
use crate::log::{Entry, Level};
use crate::problem::{self, Kind};
use crate::request::Request;
use crate::worker::Present;

/// A body up to this size is sent at once: a client that doesn't wait for the answer isn't cut off before it has it.
const SMALL: u64 = 16 << 10;
/// What a request without a client of its own came from: another component.
const CHAINED: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// A request as it came, once its route is known.
struct Arrived {
    head: Parts,
    body: Body,
    /// What it is counted under.
    client: Option<IpAddr>,
}

impl App {
    /// Answers a request, whoever made it. Needs a Tokio runtime; never fails, whatever fails is a
    /// problem document.
    pub async fn handle(&self, request: http::Request<Body>, client: SocketAddr) -> Response<Body> {
        self.handle_within(request, client, self.settings.request_timeout).await
    }

    /// As [`App::handle`], with another time limit.
    pub(crate) async fn handle_within(
        &self,
        request: http::Request<Body>,
        client: SocketAddr,
        timeout: Duration,
    ) -> Response<Body> {
        let started = Instant::now();
        let (mut head, body) = request.into_parts();
        let identity = Identity::of(&head.headers, self.settings.clock.now());
        let method = head.method.clone();
        let counted = self.admission.client(&head.headers, client.ip());
        let (target, result) = match self.route(&mut head, client) {
            Ok(target) => {
                let arrived = Arrived { head, body, client: counted };
                let result = self.admit(&target, arrived, &identity, timeout).await;
                (Some(target), result)
            }
            Err(kind) => (None, Err(kind)),
        };
        self.finish(Finished { started, method, identity: &identity, target, result })
    }

    /// Answers a request from one component to another. It has the place and the deadline of the
    /// request that it is made for.
    pub(crate) async fn chain(
        &self,
        component: &str,
        request: http::Request<Body>,
        parent: &Request,
    ) -> Option<Response<Body>> {
        let started = Instant::now();
        let target = self.targets.get(component)?.clone();
        let (mut head, body) = request.into_parts();
        let identity = parent.identity.clone();
        let method = head.method.clone();
        headers::strip(&mut head.headers);
        let path = head.uri.path().to_owned();
        headers::add(&mut head.headers, &head.uri, CHAINED, &target.headers, &path);
        let present = target.component.heavy.enter();
        let request = Request::new(identity.clone(), parent.deadline, None, &present);
        let body = self.limited(&head, body, &request, None);
        let result = self.run(&target, head, body, request, present).await;
        let target = Some(target);
        Some(self.finish(Finished { started, method, identity: &identity, target, result }))
    }

    /// Finds the component and makes the head as it shall see it.
    fn route(&self, head: &mut Parts, client: SocketAddr) -> Result<Arc<Target>, &'static Kind> {
        let uri = headers::absolute_uri(std::mem::take(&mut head.uri), &head.headers)
            .map_err(|_| &problem::BAD_REQUEST)?;
        let found = self.router.find(uri.path()).ok_or(&problem::NOT_FOUND)?;
        headers::strip(&mut head.headers);
        headers::add(&mut head.headers, &uri, client, &found.target.headers, found.rest);
        headers::add_parameters(&mut head.headers, &found);
        let target = found.target.clone();
        head.uri = uri;
        Ok(target)
    }

    async fn admit(
        &self,
        target: &Target,
        arrived: Arrived,
        identity: &Identity,
        timeout: Duration,
    ) -> Result<Response<Body>, &'static Kind> {
        let Arrived { head, body, client } = arrived;
        let announced = announced_length(&head, &body);
        if announced.is_some_and(|length| length > self.body_limit_bytes) {
            // Who asked first is still waiting, and sends nothing.
            if !head.headers.contains_key(EXPECT) {
                discard(body);
            }
            return Err(&problem::PAYLOAD_TOO_LARGE);
        }
        let guest = self.admission.receive(client).map_err(|_| &problem::OVERLOADED)?;
        let (body, room, arriving) = match announced {
            // Over HTTP/2 a body that is announced as empty may still not have ended.
            Some(0) if body.is_end_stream() => (body, None, None),
            Some(length) if length <= GATHERED_BYTES => {
                let (body, room) = self.admission.gather(body, length, client, timeout).await?;
                (body, room, None)
            }
            _ => {
                let arriving = self.admission.let_arrive(client).await;
                (body, None, Some(arriving.ok_or(&problem::OVERLOADED)?))
            }
        };
        let stay = self.admission.admit(guest, room).await.ok_or(&problem::OVERLOADED)?;
        let present = target.component.heavy.enter();
        let request = Request::new(identity.clone(), Instant::now() + timeout, Some(stay), &present);
        let body = match arriving {
            Some(arriving) => self.limited(&head, body, &request, Some(arriving)),
            None => body,
        };
        self.run(target, head, body, request, present).await
    }

    /// A body that ends with an error where it is too long, or stops.
    fn limited(&self, head: &Parts, body: Body, request: &Arc<Request>, arriving: Option<Room>) -> Body {
        let limit = self.body_limit_bytes;
        match body.size_hint().upper() {
            Some(most) if most <= limit.min(SMALL) => body,
            _ => {
                let limits = Limits {
                    left: limit,
                    pace: Pace::of(&self.settings),
                    waits: head.headers.contains_key(EXPECT),
                    arriving,
                };
                http_body_util::BodyExt::boxed_unsync(Limited::new(body, request.clone(), limits))
            }
        }
    }

    async fn run(
        &self,
        target: &Target,
        mut head: Parts,
        body: Body,
        request: Arc<Request>,
        present: Arc<Present>,
    ) -> Result<Response<Body>, &'static Kind> {
        request.identity.pass_down(&mut head.headers);
        let incoming = http::Request::from_parts(head, body);
        let result = target.handler.handle(request.clone(), incoming).await;
        drop(present);
        if request.too_large.is_set() {
            return Err(&problem::PAYLOAD_TOO_LARGE);
        }
        if request.stalled.is_set() {
            return Err(&problem::BODY_TIMEOUT);
        }
        result.map_err(|error| self.judge(target, &request, &error))
    }

    /// What a failure is called outside; inside it is logged, once.
    fn judge(&self, target: &Target, request: &Request, error: &wasmtime::Error) -> &'static Kind {
        if request.crowded_out.is_set() {
            return &problem::OVERLOADED;
        }
        if request.timed_out.is_set() || error.is::<ExpirationError>() {
            return &problem::TIMEOUT;
        }
        let full = error
            .downcast_ref::<InstantiationError<Arc<Request>>>()
            .is_some_and(|failed| failed.error.is::<PoolConcurrencyLimitError>());
        // The end of an instance is logged where it ends, with the reason.
        if !error.is::<TrapOrPanicError>() {
            let message = format!("the component did not answer: {error:#}");
            self.settings.log.write(&Entry {
                request_id: Some(&request.identity.request_id),
                trace_id: Some(&request.identity.trace_id),
                component: Some(&target.component.id),
                ..Entry::host(self.settings.clock.now(), Level::Error, &message)
            });
        }
        if full { &problem::OVERLOADED } else { &problem::INTERNAL }
    }
}

/// What the request says about the length of its body, in its head or by the body being there.
fn announced_length(head: &Parts, body: &Body) -> Option<u64> {
    let in_head = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    in_head.max(body.size_hint().exact())
}
