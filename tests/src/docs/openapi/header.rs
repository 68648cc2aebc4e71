//! The headers of answers, each described once.

use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::{Header, HeaderBuilder};

/// A header of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerHeader {
    /// Its name.
    pub name: &'static str,
    about: &'static str,
    kind: Kind,
    example: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Seconds,
}

const fn text(name: &'static str, about: &'static str, example: &'static str) -> AnswerHeader {
    AnswerHeader { name, about, kind: Kind::Text, example }
}

/// Every answer has it.
pub const REQUEST_ID: AnswerHeader = text(
    "X-Request-Id",
    "The request's id, as in the log: the caller's own, if it sent a well-formed one.",
    "req_01h455vb4pex5vsknk084sn02q",
);
/// The version of a single resource.
pub const ENTITY_TAG: AnswerHeader =
    text("ETag", "The version of the resource, for `If-None-Match`.", "\"0f343b0931126a20f133d67c2b018a3b\"");
/// Where to find what was made.
pub const LOCATION: AnswerHeader =
    text("Location", "The path of what was made.", "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q");
/// Whether a creating operation was done before.
pub const REPLAYED: AnswerHeader = text(
    "Idempotency-Replayed",
    "`true` when this is the stored answer of an earlier request with the same `Idempotency-Key`.",
    "true",
);
/// The limits.
pub const RATE_LIMIT_POLICY: AnswerHeader = text(
    "RateLimit-Policy",
    "The limits that apply to the caller (draft-ietf-httpapi-ratelimit-headers): `q` calls in `w` seconds.",
    "\"rate\";q=20;w=120, \"api_calls\";q=100;w=86400",
);
/// What is left of the limits.
pub const RATE_LIMIT: AnswerHeader = text(
    "RateLimit",
    "What is left of each limit: `r` calls, and all of them again in `t` seconds.",
    "\"rate\";r=19;t=6, \"api_calls\";r=99;t=3600",
);
/// How to authenticate.
pub const AUTHENTICATE: AnswerHeader =
    text("WWW-Authenticate", "How to authenticate.", "Bearer realm=\"insula\"");
/// When to try again.
pub const RETRY_AFTER: AnswerHeader = AnswerHeader {
    name: "Retry-After",
    about: "Seconds after which the call may succeed.",
    kind: Kind::Seconds,
    example: "6",
};

/// All of them.
pub const ALL: [AnswerHeader; 8] =
    [REQUEST_ID, ENTITY_TAG, LOCATION, REPLAYED, RATE_LIMIT_POLICY, RATE_LIMIT, AUTHENTICATE, RETRY_AFTER];

impl AnswerHeader {
    /// The description, for the components.
    pub fn build(&self) -> Header {
        let schema = match self.kind {
            Kind::Text => ObjectBuilder::new().schema_type(Type::String).examples([self.example]),
            Kind::Seconds => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1))
                .examples(self.example.parse::<u32>()),
        };
        HeaderBuilder::new().schema(Some(schema.build())).description(Some(self.about)).build()
    }

    /// A reference to the description.
    pub fn refer(&self) -> Ref {
        Ref::new(format!("#/components/headers/{}", self.name))
    }
}
