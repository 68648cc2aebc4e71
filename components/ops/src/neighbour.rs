//! Calls of the tick to other components: what only one of them can do, because only it is given what it takes, it is asked
//! for, with the credential that the tick was called with.

use insula_kit::{Bytes, Request};
use serde::de::DeserializeOwned;
use spin_sdk::http::FullBody;

const CREDENTIALS: [&str; 2] = ["authorization", "x-api-key"];

/// Posts `body` to a component of this application, and reads what it answers.
///
/// # Errors
///
/// Why there is no good answer, for the log.
pub async fn ask<T: DeserializeOwned>(tick: &Request, url: &str, body: &'static [u8]) -> Result<T, String> {
    let mut request = http::Request::post(url)
        .header("content-type", "application/json")
        .header("content-length", body.len());
    for name in CREDENTIALS {
        if let Some(credential) = tick.header(name) {
            let mut value = http::HeaderValue::try_from(credential).map_err(|_| "no credential")?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let request = request.body(FullBody::new(Bytes::from_static(body))).map_err(|_| "no request")?;
    let answer = spin_sdk::http::send(request).await.map_err(|_| "it can't be called")?;
    if answer.status() != http::StatusCode::OK {
        return Err(format!("it answered {}", answer.status().as_u16()));
    }
    let body =
        http_body_util::BodyExt::collect(answer.into_body()).await.map_err(|_| "the answer broke off")?;
    Ok(serde_json::from_slice(&body.to_bytes()).map_err(|_| "an unreadable answer")?)
}
