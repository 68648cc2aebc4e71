//! Waits for a short body outside, before the request has a place.

use std::net::IpAddr;
use std::time::Duration;

use bytes::BytesMut;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout};

use super::{Admission, Pool, Room};
use crate::http::body::{Body, full};
use crate::problem::{self, Kind};

/// What a body may say that it has, to be waited for: more than any operation takes that is no upload.
pub(in crate::app) const GATHERED_BYTES: u64 = 1 << 20;

/// A body up to this size has memory that no larger one can take from it.
const SMALL_BYTES: u64 = 16 << 10;
const KIB: usize = 1 << 10;

impl Admission {
    /// All of a body that said that it has `announced` bytes, and the room that it takes.
    ///
    /// # Errors
    ///
    /// `body-timeout` when nothing comes for too long, it comes too slowly, or not all of it comes in `most`;
    /// `overloaded` when there is no room, or the client has its part of it.
    pub(in crate::app) async fn gather(
        &self,
        mut body: Body,
        announced: u64,
        client: Option<IpAddr>,
        most: Duration,
    ) -> Result<(Body, Option<Room>), &'static Kind> {
        let pool = if announced <= SMALL_BYTES { &self.small } else { &self.gathered };
        let gathering = async {
            let (mut whole, mut room, mut pace) = (BytesMut::new(), None, self.pace.clone());
            loop {
                let asked = Instant::now();
                let frame = timeout(pace.patience(), body.frame()).await;
                let Some(frame) = frame.map_err(|_| &problem::BODY_TIMEOUT)? else { break };
                // Whoever broke off doesn't read the answer. Trailers are left behind, as in `Limited`.
                let piece = frame.map_err(|_| &problem::BAD_REQUEST)?.into_data().unwrap_or_default();
                pace.got(piece.len(), asked.elapsed());
                whole.extend_from_slice(&piece);
                if whole.len() as u64 > announced {
                    return Err(&problem::BAD_REQUEST);
                }
                make_room(pool, client, &mut room, whole.len()).ok_or(&problem::OVERLOADED)?;
            }
            Ok((full(whole), room))
        };
        timeout(most, gathering).await.unwrap_or(Err(&problem::BODY_TIMEOUT))
    }
}

/// Enlarges the room to `bytes`; none when the client can't have so much.
fn make_room(pool: &Pool, client: Option<IpAddr>, room: &mut Option<Room>, bytes: usize) -> Option<()> {
    let has = room.as_ref().map_or(0, Room::units);
    let lacks = u32::try_from(bytes.div_ceil(KIB).saturating_sub(has)).ok()?;
    match room {
        _ if lacks == 0 => {}
        Some(room) => pool.enlarge(room, lacks)?,
        None => *room = Some(pool.take(client, lacks)?),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body::Frame;

    use super::*;
    use crate::settings::Settings;

    /// Gives its pieces, and then either its end or nothing any more.
    struct Pieces {
        left: Vec<&'static [u8]>,
        ends: bool,
    }

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = wasmtime_wasi_http::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            match self.left.pop() {
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(piece))))),
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    fn admission(change: impl FnOnce(&mut Settings)) -> Admission {
        let mut settings = Settings { body_idle_timeout: Duration::from_millis(50), ..Settings::default() };
        change(&mut settings);
        Admission::new(&settings, 0)
    }

    /// A body of which so many pieces come, then its end or nothing any more.
    fn pieces(left: Vec<&'static [u8]>, ends: bool) -> Body {
        Pieces { left, ends }.boxed_unsync()
    }

    async fn gather(
        admission: &Admission,
        body: Body,
        announced: usize,
        client: u8,
    ) -> Result<(Bytes, Option<Room>), u16> {
        let client = Some(IpAddr::from([192, 0, 2, client]));
        let most = Duration::from_secs(5);
        let gathered = admission.gather(body, announced as u64, client, most).await;
        let (body, room) = gathered.map_err(|kind| kind.status)?;
        Ok((body.collect().await.map_err(|_| 0_u16)?.to_bytes(), room))
    }

    #[tokio::test]
    async fn a_body_is_whole_and_its_room_is_free_when_it_is_gone() {
        let admission = admission(|_| {});
        let all = admission.small.free();
        let (body, room) = gather(&admission, pieces(vec![b"ole", b"wh"], true), 5, 1).await.unwrap();
        assert_eq!(body, "whole");
        assert_eq!(admission.small.free(), all - 1);
        drop(room);
        assert_eq!(admission.small.free(), all);
    }

    #[tokio::test]
    async fn a_body_that_stops_coming_is_408_and_holds_no_room() {
        let admission = admission(|_| {});
        let all = admission.small.free();
        assert_eq!(gather(&admission, pieces(vec![b"beg"], false), 5, 1).await.unwrap_err(), 408);
        assert_eq!(admission.small.free(), all);
    }

    #[tokio::test]
    async fn a_body_that_is_longer_than_it_said_is_refused() {
        let admission = admission(|_| {});
        assert_eq!(gather(&admission, pieces(vec![b"more"], true), 3, 1).await.unwrap_err(), 400);
    }

    /// Protects everybody's logins: two clients that begin large bodies and end none took all of the memory.
    #[tokio::test]
    async fn one_client_has_an_eighth_of_the_memory_and_small_bodies_have_their_own() {
        const LARGE: &[u8] = &[0; 1 << 20];
        let admission = admission(|_| {});
        let mut rooms = Vec::new();
        let large = |client| gather(&admission, pieces(vec![LARGE], true), LARGE.len(), client);
        for client in 1..=8 {
            for _ in 0..14 {
                rooms.push(large(client).await.unwrap());
            }
            assert_eq!(large(client).await.unwrap_err(), 503);
        }
        assert_eq!(large(9).await.unwrap_err(), 503, "eight have all");
        for client in 1..=9 {
            assert!(gather(&admission, pieces(vec![b"small"], true), 5, client).await.is_ok());
        }
        drop(rooms);
        assert!(large(9).await.is_ok());
    }

    #[tokio::test]
    async fn small_bodies_have_a_bound_too_and_one_client_an_eighth_of_it() {
        const SMALL: &[u8] = &[0; 16 << 10];
        let admission = admission(|_| {});
        let mut rooms = Vec::new();
        let small = |client| gather(&admission, pieces(vec![SMALL], true), SMALL.len(), client);
        for client in 1..=8 {
            for _ in 0..128 {
                rooms.push(small(client).await.unwrap());
            }
            assert_eq!(small(client).await.unwrap_err(), 503);
        }
        assert_eq!(small(9).await.unwrap_err(), 503);
    }

    /// A byte at a time, and always one more.
    struct Trickle(Pin<Box<tokio::time::Sleep>>);

    impl http_body::Body for Trickle {
        type Data = Bytes;
        type Error = wasmtime_wasi_http::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            std::task::ready!(self.0.as_mut().poll(context));
            self.0 = Box::pin(tokio::time::sleep(Duration::from_millis(10)));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_408_though_it_never_stands_still() {
        let admission = admission(|settings| settings.body_grace = Duration::from_millis(200));
        let begun = Instant::now();
        let body = Trickle(Box::pin(tokio::time::sleep(Duration::ZERO))).boxed_unsync();
        assert_eq!(gather(&admission, body, 1 << 20, 1).await.unwrap_err(), 408);
        assert!(begun.elapsed() >= Duration::from_millis(200));
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
}
