//! `POST /api/v1/api-keys/leaked`

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::leak;

/// Something that looks like a key and was found in public. Members that aren't named here are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(as = LeakedKey)]
pub struct LeakedKeyBody {
    /// What was found.
    #[expect(dead_code, reason = "read elsewhere; this is its description")]
    token: String,
    /// The scanner's name for its form.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "as above")]
    #[schema(example = "insula_api_key")]
    form: String,
    /// Where it was found.
    #[expect(dead_code, reason = "as above")]
    url: Option<String>,
    /// In what it was found, such as `content` or `commit`.
    #[expect(dead_code, reason = "as above")]
    source: Option<String>,
}

/// A report: 1 to 500 things that were found.
#[derive(ToSchema)]
#[schema(as = LeakReport)]
#[expect(dead_code, reason = "read elsewhere; this is its description")]
pub struct ReportBody(Vec<LeakedKeyBody>);

/// What became of each, in the order of the report.
#[derive(Serialize, ToSchema)]
#[schema(as = LeakVerdicts)]
pub struct VerdictsView(Vec<VerdictView>);

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = LeakVerdict)]
pub struct VerdictView {
    /// The SHA-256 of what was found, in base64: the text itself isn't repeated.
    token_hash: String,
    /// The name of its form, as it was sent.
    token_type: String,
    /// Whether it is a key, which is revoked now, or nothing of ours.
    label: Label,
}

/// Whether what was found is a key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeakLabel)]
pub enum Label {
    /// It is, and it is revoked.
    TruePositive,
    /// It isn't.
    FalsePositive,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let text = |name| request.header(name).unwrap_or_default();
    let (signer, signature) = (text("github-public-key-identifier"), text("github-public-key-signature"));
    let verdicts = leak::report(cx, signer, signature, request.bytes()).await?;
    let view = |(found, known): (crate::leak::Found, bool)| VerdictView {
        token_hash: STANDARD.encode(found.digest()),
        token_type: found.form,
        label: if known { Label::TruePositive } else { Label::FalsePositive },
    };
    Response::ok(&VerdictsView(verdicts.into_iter().map(view).collect()))
}
