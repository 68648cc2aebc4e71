//! The gateway: HTTP middleware over the guard, for a workload in any language that knows nothing of Insula.
//!
//! The manifest puts it in front of a component (`dependencies.middleware`), and every request for that component
//! passes through it. A request goes down, and its answer up, in these steps:
//!
//! 1. [`settings`]: what the manifest's variables demand of a caller.
//! 2. The guard is asked, with the credential that the request carries. A refusal is answered here, as a problem.
//! 3. [`headers`]: what the caller claims to know is taken away (`insula-*`, its credential), who it is is said instead.
//! 4. The workload answers. Bodies pass in both directions as they come; nothing of them is kept here.
//! 5. [`usage`]: what the workload says that it has used is read, and [`store`] counts it.
//! 6. The answer goes up with the headers that every answer carries, and without what was between the two of us.
//!
//! ## What the workload is told
//!
//! | Header               | Says                                                                     |
//! |----------------------|--------------------------------------------------------------------------|
//! | `insula-tenant`      | the tenant that the call is about                                        |
//! | `insula-subject`     | the person or the key that calls                                         |
//! | `insula-role`        | the caller's role there, or that of the key's creator                    |
//! | `insula-permissions` | what the caller may do there, names with spaces between them             |
//! | `insula-request-id`  | the request's id, for the workload's log                                 |
//!
//! No other `insula-*` header reaches it, in any case and with whatever a server may fold to a hyphen. Trailers of a
//! request are dropped, because some servers put them among the headers.
//!
//! ## What it may say
//!
//! `insula-usage: rows_analyzed=1204, records_generated=3`: what this call has used. Metrics that aren't known,
//! that the guard counts itself, or whose amounts are no whole numbers are left out, with a warning in the log; the
//! answer never fails for it. It is counted before the first byte of the answer leaves, past the quota too, because
//! the work is done; and **at most once**: when the database fails in that moment the answer still goes to the
//! caller, and the log has as an error what was not counted. A 503 would make the caller have the work done again.
//!
//! The workload shares the manifest's grants with the gateway, as Spin's middleware does, so what stands behind it is
//! code that its operator trusts with the database; what it imports says whether it can reach it.

mod bindings;
pub mod headers;
pub mod settings;
pub mod store;
pub mod usage;

#[cfg(target_family = "wasm")]
mod pass;
