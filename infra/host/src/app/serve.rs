//! Sockets: HTTP/1.1 and HTTP/2 without TLS, and an orderly end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::App;
use super::connections::Connections;
use super::quiet::Quiet;
use crate::error::Error;
use crate::http::body::Counted;
use crate::log::{Entry, Level};

/// The most that the head of a request may have. No component has room for much more.
const HEAD_BYTES: usize = 64 << 10;
/// How often a quiet HTTP/2 client is asked whether it is still there, and how long it may take to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// As long as no process lives: 30 years.
const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 86_400);
/// How long to wait when no connection can be taken, which is when the process has too many files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

impl App {
    /// Serves until `shutdown` is done, then lets what is under way finish, for as long as the
    /// settings allow.
    ///
    /// # Errors
    ///
    /// None at present once it has begun; the type leaves room for listeners that end.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let graceful = GracefulShutdown::new();
        let (stop, stopping) = watch::channel(());
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.settings.head_timeout)
            .max_buf_size(HEAD_BYTES)
            .pipeline_flush(true);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(64)
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE);
        let builder = Arc::new(builder);
        let mut connections = Connections::new(&self.settings);
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((socket, client)) => {
                        // Without it the socket is dropped, which closes it.
                        let Some(room) = connections.take(&self, client.ip()) else { continue };
                        let (app, builder) = (self.clone(), builder.clone());
                        let served =
                            app.connection(builder, socket, client, graceful.watcher(), stopping.clone());
                        tokio::spawn(async move {
                            served.await;
                            drop(room);
                        });
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                () = &mut shutdown => break,
            }
        }
        drop((listener, stop));
        if tokio::time::timeout(self.settings.drain_timeout, graceful.shutdown()).await.is_err() {
            let message = "connections were cut: they took too long to finish";
            self.settings.log.write(&Entry::host(self.settings.clock.now(), Level::Warn, message));
        }
        self.settings.log.flush();
        Ok(())
    }

    async fn connection(
        self: Arc<Self>,
        builder: Arc<Builder<TokioExecutor>>,
        socket: TcpStream,
        client: SocketAddr,
        watcher: Watcher,
        mut stopping: watch::Receiver<()>,
    ) {
        // Without it an answer in two writes waits for the client's delayed acknowledgement.
        let _ = socket.set_nodelay(true);
        let head_timeout = self.settings.head_timeout;
        // Before the first byte the builder doesn't know the version, and so has no timeout.
        tokio::select! {
            first = tokio::time::timeout(head_timeout, socket.readable()) => {
                if !matches!(first, Ok(Ok(()))) {
                    return;
                }
            }
            _ = stopping.changed() => return,
        }
        let quiet = Quiet::new();
        let service = service_fn({
            let (app, quiet) = (self.clone(), quiet.clone());
            move |request: http::Request<Incoming>| {
                let (app, asking) = (app.clone(), quiet.ask());
                async move {
                    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
                    let answer = app.handle(request, client).await;
                    // Until its last byte the answer is under way.
                    Ok::<_, Infallible>(answer.map(|body| Counted::new(body, move |_| drop(asking))))
                }
            }
        });
        let connection = builder.serve_connection(TokioIo::new(socket), service).into_owned();
        let mut connection = std::pin::pin!(connection);
        let mut cut_at = None;
        loop {
            // A request may come while this waits for the first one, so it is looked at as often as after one.
            let next = Instant::now() + self.idle();
            let ends_at = cut_at.or_else(|| quiet.ends_at(head_timeout, self.idle()));
            tokio::select! {
                // How a connection ends is the client's business; what its requests did is in the log.
                _ = connection.as_mut() => return,
                _ = stopping.changed() => break,
                () = tokio::time::sleep_until(ends_at.map_or(next, |at| at.min(next))) => {}
            }
            let now = Instant::now();
            let is_quiet = quiet.ends_at(head_timeout, self.idle()).is_some_and(|at| at <= now);
            match cut_at {
                None if is_quiet && quiet.has_asked() => {
                    // A client of HTTP/2 is told, and may be about to ask for something.
                    connection.as_mut().graceful_shutdown();
                    cut_at = Some(now + head_timeout);
                }
                // Half of the preface of HTTP/2 is no head of HTTP/1 that is timed, and no connection of HTTP/2 that is
                // asked whether it lives.
                None if is_quiet => return,
                Some(at) if at <= now && is_quiet => return,
                Some(at) if at <= now => cut_at = Some(now + head_timeout),
                None | Some(_) => {}
            }
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
        // Who stops the server waits for this.
        drop(watcher);
    }

    /// How long a connection is kept that asks for nothing.
    fn idle(&self) -> Duration {
        let idle = self.settings.connection_idle_timeout;
        if idle.is_zero() { FOR_EVER } else { idle }
    }
}
