//! A log in a file: one JSON object a line, every line canonical.
//!
//! | Line       | Says                                                                               |
//! |------------|------------------------------------------------------------------------------------|
//! | the first  | `{"insula_audit_log":1,"origin":…,"tenant_id":…}`: the name of log and key, whose it is |
//! | an entry   | `{"entry":{…},"link":…,"seq":…}`: the entry as it was kept, its link, its place    |
//! | a checkpoint | `{"checkpoint":…}`: signed, of all entries above it; the last line is one        |
//!
//! [`Writer`] writes it and [`Check`] checks it, a line at a time. Of a log of any length both need little memory.

mod check;
mod fault;
mod line;
#[cfg(not(target_family = "wasm"))]
mod run;
mod writer;

pub use check::{Check, Checked};
pub use fault::{Fault, Why};
#[cfg(not(target_family = "wasm"))]
pub use run::{run, verify};
pub use writer::{Writer, checkpoint_line, entry_line, header_line};

#[cfg(test)]
mod tests;
