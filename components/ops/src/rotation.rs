//! The signing keys' part of the schedule: `auth` is asked to make the next key if one is due. Only `auth` sees the keys,
//! so it is called, with the credential that the tick was called with, and answers whether it made one.

use insula_kit::{Bytes, Request, log};
use spin_sdk::http::FullBody;

/// Where components of one application call each other.
const ROTATE: &str = "http://auth.spin.internal/api/v1/auth/signing-keys/rotate";
const IF_DUE: &[u8] = br#"{"if_due":true}"#;
const CREDENTIALS: [&str; 2] = ["authorization", "x-api-key"];

/// What came of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// No key was due.
    NotDue,
    /// The next key was made.
    Made,
    /// There was no good answer; the next tick asks again.
    Failed,
}

impl Rotation {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotDue => "not_due",
            Self::Made => "made",
            Self::Failed => "failed",
        }
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    rotated: bool,
}

/// Asks. What can't be asked is logged, and keeps the rest of the tick from nothing.
pub async fn run(tick: &Request) -> Rotation {
    match ask(tick).await {
        Ok(true) => Rotation::Made,
        Ok(false) => Rotation::NotDue,
        Err(why) => {
            let (ids, message) = (tick.ids(), format!("the signing keys' schedule was not looked at: {why}"));
            log::warning(&ids.request, &ids.trace, &message);
            Rotation::Failed
        }
    }
}

async fn ask(tick: &Request) -> Result<bool, String> {
    let mut request = http::Request::post(ROTATE)
        .header("content-type", "application/json")
        .header("content-length", IF_DUE.len());
    for name in CREDENTIALS {
        if let Some(credential) = tick.header(name) {
            let mut value = http::HeaderValue::try_from(credential).map_err(|_| "no credential")?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let request = request.body(FullBody::new(Bytes::from_static(IF_DUE))).map_err(|_| "no request")?;
    let answer = spin_sdk::http::send(request).await.map_err(|_| "`auth` can't be called")?;
    if answer.status() != http::StatusCode::OK {
        return Err(format!("`auth` answered {}", answer.status().as_u16()));
    }
    let body =
        http_body_util::BodyExt::collect(answer.into_body()).await.map_err(|_| "the answer broke off")?;
    let answer: Answer = serde_json::from_slice(&body.to_bytes()).map_err(|_| "an unreadable answer")?;
    Ok(answer.rotated)
}
