//! hyper, set up as the host sets it up, with a constant answer of the size that the bare component gives.

use std::convert::Infallible;
use std::io::Result;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;

const BODY: &[u8] = b"{\"answer\":42}";

/// Serves until the process is stopped.
pub fn run(address: &str, threads: usize) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(1)).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().pipeline_flush(true);
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            let connection = builder.serve_connection(TokioIo::new(socket), service_fn(answer)).into_owned();
            // How a connection ends is the client's business.
            tokio::spawn(async move { drop(connection.await) });
        }
    })
}

async fn answer(_request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(BODY)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
