//! Who may come in: so many requests at once, so many of one client, and so long a wait.
//!
//! A place is for work. A body that is short and says how long it is is waited for outside, where it takes nothing but
//! the memory of what has come of it; others are let in as they arrive, to at most half of the places. Of that memory
//! and of those places one client has an eighth, and the smallest bodies have memory of their own. So whoever sends
//! slowly, or nothing any more, is in nobody's way.
//!
//! A client is an address, of IPv6 a network (all networks around it together have no more than four clients): the one
//! that the connection comes from, or that the proxies name which the variable `trusted_proxies` counts. A near one
//! that no proxy names is not counted, unless the settings say so: it may be a proxy that nobody has counted, behind
//! which everybody has one address.

mod arrival;
mod pool;
mod shares;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use insula_domain::proxies;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::pace::Pace;
use crate::near::is_near;
use crate::settings::Settings;
pub(super) use arrival::GATHERED_BYTES;
pub(super) use pool::Pool;
pub(crate) use pool::Room;
use shares::{Share, Shares, TooMuch};

/// What the bodies that are waited for may have together, in units that a semaphore can count: 112 MiB for the larger
/// ones, and 16 MiB that only those of at most 16 KiB may have.
const GATHERED_TOGETHER_KIB: usize = 112 << 10;
const SMALL_TOGETHER_KIB: usize = 16 << 10;

pub(super) struct Admission {
    places: Arc<Semaphore>,
    /// Those of the places that requests may have whose bodies still arrive.
    arriving: Pool,
    /// KiB for the bodies that are waited for.
    gathered: Pool,
    small: Pool,
    guests: Arc<Shares>,
    wait: Duration,
    pace: Pace,
    trusted_proxies: usize,
    near_clients_count: bool,
}

/// What a request has while it is worked on; it is free for others when this is dropped.
pub(crate) struct Stay {
    _place: OwnedSemaphorePermit,
    _guest: Option<Share>,
    _gathered: Option<Room>,
}

impl Admission {
    pub(super) fn new(settings: &Settings, trusted_proxies: usize) -> Self {
        let places = settings.max_concurrent_requests.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            arriving: Pool::new((places / 2).max(1)),
            gathered: Pool::new(GATHERED_TOGETHER_KIB),
            small: Pool::new(SMALL_TOGETHER_KIB),
            guests: Shares::new(settings.max_requests_per_client),
            wait: settings.queue_timeout,
            pace: Pace::of(settings),
            trusted_proxies,
            near_clients_count: settings.near_clients_count,
        }
    }

    /// What a request is counted under; none for one that isn't counted.
    pub(super) fn client(&self, headers: &HeaderMap, peer: IpAddr) -> Option<IpAddr> {
        let lines = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
        let named =
            if self.trusted_proxies > 0 { proxies::client(lines, self.trusted_proxies) } else { None };
        named.map(proxies::household).or_else(|| counted(peer, self.near_clients_count))
    }

    /// Counts a request of a client.
    pub(super) fn receive(&self, client: Option<IpAddr>) -> Result<Option<Share>, TooMuch> {
        self.guests.take(client, 1)
    }

    /// A place; none when none became free in time.
    pub(super) async fn admit(&self, guest: Option<Share>, gathered: Option<Room>) -> Option<Stay> {
        let place = pool::one_of(&self.places, self.wait).await?;
        Some(Stay { _place: place, _guest: guest, _gathered: gathered })
    }

    /// Leave to be let in before the body is there.
    pub(super) async fn let_arrive(&self, client: Option<IpAddr>) -> Option<Room> {
        self.arriving.wait(client, self.wait).await
    }
}

/// What the other end of a connection is counted under.
pub(super) fn counted(peer: IpAddr, near_clients_count: bool) -> Option<IpAddr> {
    (near_clients_count || !is_near(peer)).then(|| proxies::household(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(change: impl FnOnce(&mut Settings)) -> Admission {
        let mut settings = Settings { queue_timeout: Duration::from_millis(10), ..Settings::default() };
        change(&mut settings);
        Admission::new(&settings, 0)
    }

    #[tokio::test]
    async fn who_waits_too_long_is_turned_away_and_a_freed_place_is_taken() {
        let admission = admission(|settings| {
            settings.max_concurrent_requests = 1;
            settings.queue_timeout = Duration::from_millis(100);
        });
        let place = admission.admit(None, None).await.unwrap();

        assert!(admission.admit(None, None).await.is_none());

        let leave = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(place);
        };
        let (admitted, ()) = tokio::join!(admission.admit(None, None), leave);
        assert!(admitted.is_some());
    }

    #[tokio::test]
    async fn bodies_that_still_arrive_have_half_of_the_places() {
        let admission = admission(|settings| settings.max_concurrent_requests = 4);
        let arriving = (admission.let_arrive(None).await.unwrap(), admission.let_arrive(None).await.unwrap());

        assert!(admission.let_arrive(None).await.is_none());
        assert!(admission.admit(None, None).await.is_some());
        drop(arriving);
        assert!(admission.let_arrive(None).await.is_some());
    }

    /// Protects uploads: whoever has begun some and sends nothing must not keep everybody else's out.
    #[tokio::test]
    async fn one_client_has_an_eighth_of_what_still_arrives() {
        let admission = admission(|settings| settings.max_concurrent_requests = 32);
        let [one, other] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        let _two = (admission.let_arrive(one).await.unwrap(), admission.let_arrive(one).await.unwrap());

        assert!(admission.let_arrive(one).await.is_none());
        assert!(admission.let_arrive(other).await.is_some());
    }

    fn named(trusted_proxies: usize, peer: &str, forwarded: Option<&'static str>) -> Option<String> {
        let admission = Admission::new(&Settings::default(), trusted_proxies);
        let forwarded =
            forwarded.map(|line| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(line)));
        let headers = forwarded.into_iter().collect();
        admission.client(&headers, peer.parse().unwrap()).map(|client| client.to_string())
    }

    #[test]
    fn a_client_is_counted_under_the_address_that_the_trusted_proxies_name() {
        let through = |forwarded| named(1, "10.0.0.9", Some(forwarded)).unwrap();
        assert_eq!(through("6.6.6.6, 192.0.2.1"), "192.0.2.1");
        assert_eq!(through("2001:db8:0:1:2::3"), "2001:db8:0:1::");
        assert_eq!(through("192.168.0.7"), "192.168.0.7", "whom a proxy names is no proxy");
    }

    #[test]
    fn without_trusted_proxies_it_is_the_connections_and_what_is_near_is_not_counted() {
        assert_eq!(named(0, "192.0.2.1", Some("6.6.6.6")).as_deref(), Some("192.0.2.1"));
        assert_eq!(named(0, "10.0.0.9", Some("6.6.6.6")), None);
        assert_eq!(named(1, "10.0.0.9", None), None);
        assert_eq!(named(2, "192.0.2.1", Some("6.6.6.6")).as_deref(), Some("192.0.2.1"));
        assert_eq!(counted([127, 0, 0, 1].into(), true), Some([127, 0, 0, 1].into()));
    }
}
