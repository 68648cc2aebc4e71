//! Waits for a short body outside, before the request has a place.

use std::time::Duration;

use bytes::BytesMut;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Admission;
use crate::http::body::{Body, full};
use crate::problem::{self, Kind};

/// What a body may say that it has, to be waited for: more than any operation takes that is no upload.
pub(in crate::app) const GATHERED_BYTES: u64 = 1 << 20;

const KIB: usize = 1 << 10;

impl Admission {
    /// All of the body, and the room that it takes.
    ///
    /// # Errors
    ///
    /// `body-timeout` when nothing comes for too long, or not all of it in `most`; `overloaded` when there is no room.
    pub(in crate::app) async fn gather(
        &self,
        mut body: Body,
        most: Duration,
    ) -> Result<(Body, Option<OwnedSemaphorePermit>), &'static Kind> {
        let gathering = async {
            let (mut whole, mut room) = (BytesMut::new(), None);
            loop {
                let frame = tokio::time::timeout(self.idle, body.frame()).await;
                let Some(frame) = frame.map_err(|_| &problem::BODY_TIMEOUT)? else { break };
                // Whoever broke off doesn't read the answer.
                let Ok(piece) = frame.map_err(|_| &problem::BAD_REQUEST)?.into_data() else { continue };
                whole.extend_from_slice(&piece);
                if whole.len() as u64 > GATHERED_BYTES {
                    return Err(&problem::BAD_REQUEST);
                }
                self.make_room(&mut room, whole.len()).ok_or(&problem::OVERLOADED)?;
            }
            Ok((full(whole), room))
        };
        tokio::time::timeout(most, gathering).await.unwrap_or(Err(&problem::BODY_TIMEOUT))
    }

    /// Enlarges the room to `bytes`; none when there isn't so much left.
    fn make_room(&self, room: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Option<()> {
        let has = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let lacks = u32::try_from(bytes.div_ceil(KIB).saturating_sub(has)).ok()?;
        if lacks == 0 {
            return Some(());
        }
        let more = Semaphore::try_acquire_many_owned(self.gathered.clone(), lacks).ok()?;
        match room {
            Some(room) => room.merge(more),
            None => *room = Some(more),
        }
        Some(())
    }
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

    fn admission() -> Admission {
        Admission::new(&Settings { body_idle_timeout: Duration::from_millis(50), ..Settings::default() })
    }

    async fn gather(
        admission: &Admission,
        left: Vec<&'static [u8]>,
        ends: bool,
    ) -> Result<(Bytes, Option<OwnedSemaphorePermit>), u16> {
        let body = Pieces { left, ends }.boxed_unsync();
        let (body, room) =
            admission.gather(body, Duration::from_secs(5)).await.map_err(|kind| kind.status)?;
        Ok((body.collect().await.map_err(|_| 0_u16)?.to_bytes(), room))
    }

    #[tokio::test]
    async fn a_body_is_whole_and_its_room_is_free_when_it_is_gone() {
        let admission = admission();
        let (body, room) = gather(&admission, vec![b"ole", b"wh"], true).await.unwrap();
        assert_eq!(body, "whole");
        assert_eq!(admission.gathered.available_permits(), super::super::GATHERED_TOGETHER_KIB - 1);
        drop(room);
        assert_eq!(admission.gathered.available_permits(), super::super::GATHERED_TOGETHER_KIB);
    }

    #[tokio::test]
    async fn a_body_that_stops_coming_is_408_and_holds_no_room() {
        let admission = admission();
        assert_eq!(gather(&admission, vec![b"beg"], false).await.unwrap_err(), 408);
        assert_eq!(admission.gathered.available_permits(), super::super::GATHERED_TOGETHER_KIB);
    }

    #[tokio::test]
    async fn where_there_is_no_room_a_body_is_turned_away() {
        let admission = admission();
        let taken = u32::try_from(super::super::GATHERED_TOGETHER_KIB).unwrap();
        let _all = admission.gathered.clone().try_acquire_many_owned(taken).unwrap();
        assert_eq!(gather(&admission, vec![b"a"], true).await.unwrap_err(), 503);
    }
}
