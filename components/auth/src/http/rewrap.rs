//! `POST /internal/master-key/rewrap`

use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::rewrap::{self, Done, LIMIT};

/// What was done, and what is left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rewrapped)]
pub struct RewrappedView {
    /// The name of the master key that wraps now: it tells it from others, and nothing of it.
    #[schema(example = "9f86d081884c7d65")]
    master_key: String,
    /// How many keys were wrapped anew.
    #[schema(example = 5_000)]
    rewrapped: usize,
    /// How many of those that were tried could not be opened; the server's log says which.
    #[schema(example = 0)]
    unopened: usize,
    /// How many another master key has wrapped. With 0, no key needs the previous one any more.
    #[schema(example = 1_200)]
    left: i64,
}

impl From<Done> for RewrappedView {
    fn from(Done { master_key, rewrapped, unopened, left }: Done) -> Self {
        Self { master_key, rewrapped, unopened, left }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let limit = match request.query("limit") {
        None => LIMIT,
        Some(text) => {
            let limit = text.parse::<usize>().ok().filter(|limit| (1..=LIMIT).contains(limit));
            let wrong = || FieldError::query("limit", "range", format!("must be a number from 1 to {LIMIT}"));
            limit.ok_or_else(wrong)?
        }
    };
    Response::ok(&RewrappedView::from(rewrap::run(cx, request, limit).await?))
}
