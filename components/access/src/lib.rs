//! The guard: who is calling, may they, and within which limits. A provider; it answers no HTTP request itself.
//!
//! `admit` is one call: a credential and a demand in, a grant or a denial out. A request passes through
//!
//! 1. [`credential`]: what was presented: nothing, a key, a token, the operator's key;
//! 2. [`service`]: what is asked for, in the words of the rule;
//! 3. [`store`]: the decision and the counting, as one statement on PostgreSQL and as one guarded batch on SQLite.
//!    With the buckets of rate limits in a Redis it is a look, a script and a count. The rule itself is
//!    [`insula_domain::admission`];
//! 4. [`answer`]: the outcome in the words of the interface.
//!
//! Access tokens are recognised as API keys are: by the digest of the whole text, which `auth` stored when it signed
//! the token. Nothing that the token says is believed, so nothing in it can be forged, a token is refused in the
//! moment in which its session is gone, and no signature is verified on the way of every call. The signature is for
//! other services, which verify it against the published keys.

mod answer;
mod bindings;
mod credential;
pub mod service;
mod store;

#[cfg(target_family = "wasm")]
mod entry {
    #![allow(unsafe_code, reason = "the generated entry point")]
    use crate::bindings::exports::insula::access::guard::{Demand, Denial, Grant, Guest};

    struct Guard;
    crate::bindings::export!(Guard with_types_in crate::bindings);

    impl Guest for Guard {
        async fn admit(credential: Option<String>, demand: Demand) -> Result<Grant, Denial> {
            crate::service::admit(credential.as_deref(), demand).await
        }
    }
}
