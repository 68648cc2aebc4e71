//! A mailer that hands mail to a provider: one `POST` of JSON for each mail. README.md says how it is put into place.
//!
//! A provider of `insula:notify/mailer`; it answers no HTTP request itself, and has no database.
//!
//! 1. [`template`] fills the blanks of the settings, so that the JSON is the one that the provider expects.
//! 2. [`answer`] says what the provider's answer means.
//!
//! The mail's id is sent as `Idempotency-Key`, so that a provider that knows the header delivers a mail once, however
//! often it is handed over.

mod answer;
mod bindings;
mod template;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use insula_sql::config::variable;
use spin_sdk::http::FullBody;
use spin_sdk::wasip3::http::types::RequestOptions;
use spin_sdk::wasip3::http_compat::RequestOptionsExtension;

use bindings::exports::insula::notify::mailer::{Failure, Message};

/// How long the provider may take to accept the connection, and then to answer.
const CONNECT_NS: u64 = 4_000_000_000;
const ANSWER_NS: u64 = 8_000_000_000;

/// What a mail looks like where the setting `mail_body` says nothing.
const BODY: &str = r#"{"from":"$from","to":["$to"],"subject":"$subject","text":"$text"}"#;
/// How the provider is told who is calling where the setting `mail_auth` says nothing.
const AUTH: &str = "Authorization: Bearer $token";

/// Hands one mail over.
///
/// # Errors
///
/// As [`answer`] says; and `unavailable` where a setting is missing or makes no request, because it can be corrected.
pub async fn deliver(mail: Message) -> Result<(), Failure> {
    let request = request(&mail).await.map_err(|text| Failure::Unavailable(text.to_owned()))?;
    let answer = spin_sdk::http::send(request).await;
    // The host's words may name the address of the provider; what matters is that there was no answer.
    let answer = answer.map_err(|_| Failure::Unavailable("no answer".to_owned()))?;
    answer::meaning(answer.status().as_u16())
}

async fn request(mail: &Message) -> Result<Request<FullBody<Bytes>>, &'static str> {
    let setting = async |name| variable(name).await.filter(|value| !value.is_empty());
    let url = setting("mail_url").await.ok_or("the variable `mail_url` is missing")?;
    let from = setting("mail_from").await.ok_or("the variable `mail_from` is missing")?;
    let token = setting("mail_token").await.unwrap_or_default();
    let body = setting("mail_body").await.unwrap_or_else(|| BODY.to_owned());
    let auth = setting("mail_auth").await.unwrap_or_else(|| AUTH.to_owned());
    let blanks: [(&str, &str); 6] = [
        ("id", &mail.id),
        ("template", &mail.template),
        ("from", &from),
        ("to", &mail.to),
        ("subject", &mail.subject),
        ("text", &mail.text),
    ];
    let body = template::json(&body, &blanks).ok_or("the variable `mail_body` makes no JSON")?;
    let (name, value) = template::header(&auth, &token).ok_or("the variable `mail_auth` is no header")?;
    let mut value = HeaderValue::try_from(value).map_err(|_| "the variable `mail_token` fits no header")?;
    value.set_sensitive(true);
    Request::post(url)
        .header("content-type", "application/json")
        .header("content-length", body.len())
        .header("idempotency-key", &mail.id)
        .header(HeaderName::try_from(name).map_err(|_| "the variable `mail_auth` is no header")?, value)
        .extension(RequestOptionsExtension(options()))
        .body(FullBody::new(Bytes::from(body)))
        .map_err(|_| "the variable `mail_url` is no address")
}

/// A host that can't limit the time of a request limits that of the whole tick.
fn options() -> RequestOptions {
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(CONNECT_NS));
    let _ = options.set_first_byte_timeout(Some(ANSWER_NS));
    let _ = options.set_between_bytes_timeout(Some(ANSWER_NS));
    options
}

#[cfg(target_family = "wasm")]
mod entry {
    #![allow(unsafe_code, reason = "the generated entry point")]
    use crate::bindings::exports::insula::notify::mailer::{Failure, Guest, Message};

    struct Mailer;
    crate::bindings::export!(Mailer with_types_in crate::bindings);

    impl Guest for Mailer {
        async fn deliver(mail: Message) -> Result<(), Failure> {
            crate::deliver(mail).await
        }
    }
}
