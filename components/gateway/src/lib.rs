//! The gateway: HTTP middleware over the guard, for a workload in any language that knows nothing of Insula.
//!
//! The manifest puts it in front of a component (`dependencies.middleware`), and every request for that component
//! passes through it. A request goes down, and its answer up, in these steps:
//!
//! 1. [`settings`]: what the manifest's variables demand of a caller.
//! 2. The guard is asked, with the credential that the request carries. A refusal is answered here, as a problem; of a
//!    permission that is lacking the tenant's audit log is told.
//! 3. [`headers`]: what the caller claims to know is taken away (`insula-*`, its credential), who it is is said instead.
//! 4. [`called`]: a call that may change something is an entry of the tenant's audit log, before the workload has it.
//! 5. The workload answers. Bodies pass in both directions as they come; nothing of them is kept here.
//! 6. [`usage`] and [`activity`]: what the workload says that it has used and done is read; [`store`] counts the one and
//!    appends the other to the tenant's audit log.
//! 7. The answer goes up with the headers that every answer carries, and without what was between the two of us.
//!
//! ## What the workload is told
//!
//! | Header               | Says                                                                     |
//! |----------------------|--------------------------------------------------------------------------|
//! | `insula-tenant`      | the tenant that the call is about                                        |
//! | `insula-subject`     | the person or the key that calls                                         |
//! | `insula-act`         | `operator` where it is the operator who acts as the person               |
//! | `insula-role`        | the caller's role there, or that of the key's creator                    |
//! | `insula-permissions` | what the caller may do there, names with spaces between them             |
//! | `insula-scopes`      | the scopes of keys of which the caller may do everything, the same way   |
//! | `insula-request-id`  | the request's id, for the workload's log                                 |
//!
//! The method is that of the request: headers that frameworks take for another one (`x-http-method-override`, `x-http-method`,
//! `x-method-override`) don't reach it. No other `insula-*` header does, in any case and with whatever a server may fold to a
//! hyphen. Some servers put trailers among the headers: the embedded host lets none of a request's in. A body is passed on with
//! its trailers, so behind another host a workload must not take them for headers.
//!
//! ## What it may say
//!
//! `insula-usage: rows_analyzed=1204, records_generated=3`: what this call has used. Metrics that aren't known,
//! that the guard counts itself, or whose amounts are no whole numbers are left out, with a warning in the log; the
//! answer never fails for it. It is counted before the first byte of the answer leaves, past the quota too, because
//! the work is done; and **at most once**: when the database fails in that moment the answer still goes to the
//! caller, and the log has as an error what was not counted. A 503 would make the caller have the work done again.
//!
//! `insula-audit: action=export; dataset=customers`, several separated by commas: what this call did with the tenant's
//! data. Each is an entry `workload.reported` of the log of the tenant that the guard found, with the caller; and with its
//! address, sealed, where the manifest gives `master_key` to the component. Of either word: lower-case letters, digits and
//! `_ . -`, beginning with a letter, at most 64; at most eight entries an answer, equal ones once. What is written
//! otherwise is left out, with a warning in the log that doesn't repeat it; the answer never fails for it. Neither is read
//! in trailers of the answer, which go up as they are. The entries and what is counted are **one batch, before the first
//! byte of the answer leaves**: when the database fails in that moment, nothing was counted or noted, and the caller gets a
//! problem (503, or 500 for what no waiting mends) instead of the answer. What can't be noted isn't answered; the work is
//! done by then, so a workload that changes something sees to it that it may be asked twice, as behind any 503.
//!
//! ## What the log has whatever it says
//!
//! Each call of a method other than `GET`, `HEAD` and `OPTIONS` that is let in is an entry `workload.called` with the
//! caller, its address (as above), the method and the path without its query; of a segment that isn't a plain word or id of
//! at most 40 characters only `…` is kept. It is there **before the workload has the call**: what can't be noted isn't
//! handed on (503, or 500 for what no waiting mends). The manifest turns it off with `gateway_audited = "false"`, for a
//! workload that tells all it changes itself, or whose calls are too many for a log that is kept for ever.
//!
//! The workload shares the manifest's grants with the gateway, as Spin's middleware does, so what stands behind it is
//! code that its operator trusts with the database; what it imports says whether it can reach it.

pub mod activity;
mod bindings;
pub mod called;
pub mod headers;
pub mod settings;
pub mod store;
pub mod usage;

#[cfg(target_family = "wasm")]
mod pass;
