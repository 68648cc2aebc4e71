//! Gives a component rows as they come, and the end of them through a future.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};

/// How many rows are handed over at once.
const BATCH: usize = 64;

/// A stream of rows; the error that ends it, or its good end, goes to `end`.
pub(super) struct RowProducer<S, E> {
    rows: Pin<Box<S>>,
    end: Option<oneshot::Sender<Result<(), E>>>,
}

impl<S, E> RowProducer<S, E> {
    pub(super) fn new(rows: S, end: oneshot::Sender<Result<(), E>>) -> Self {
        Self { rows: Box::pin(rows), end: Some(end) }
    }

    fn finish(&mut self, result: Result<(), E>) {
        if let Some(end) = self.end.take() {
            // The component may not want to know.
            let _ = end.send(result);
        }
    }
}

impl<S, E> Drop for RowProducer<S, E> {
    fn drop(&mut self) {
        // The component stopped reading, which is no error.
        self.finish(Ok(()));
    }
}

impl<D, T, E, S> StreamProducer<D> for RowProducer<S, E>
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    T: Send + std::marker::Sync + 'static,
    E: Send + 'static,
{
    type Item = T;
    type Buffer = VecBuffer<T>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, T, VecBuffer<T>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A read of nothing asks whether there is something; the next real read finds out.
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let mut batch = Vec::new();
        let result = loop {
            match self.rows.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(row))) => {
                    batch.push(row);
                    if batch.len() == BATCH {
                        break StreamResult::Completed;
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.finish(Err(error));
                    break StreamResult::Dropped;
                }
                Poll::Ready(None) => {
                    self.finish(Ok(()));
                    break StreamResult::Dropped;
                }
                Poll::Pending if !batch.is_empty() => break StreamResult::Completed,
                Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => return Poll::Pending,
            }
        };
        destination.set_buffer(batch.into());
        Poll::Ready(Ok(result))
    }
}
