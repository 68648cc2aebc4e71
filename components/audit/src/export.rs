//! A log in a file: one JSON object a line, every line canonical.
//!
//! | Line       | Says                                                                               |
//! |------------|------------------------------------------------------------------------------------|
//! | the first  | `{"insula_audit_log":1,"origin":…,"tenant_id":…}`: the name of log and key, whose it is |
//! | an entry   | `{"entry":{…},"link":…,"seq":…}`: the entry as it was kept, its link, its place    |
//! | a checkpoint | `{"checkpoint":…}`: signed, of all entries above it; the last line is one        |
//!
//! [`Writer`] writes it and [`Check`] checks it, a line at a time and with as much memory as the longest line.

mod check;
mod fault;
mod line;
mod writer;

pub use check::{Check, Checked, run, verify};
pub use fault::{Fault, Why};
pub use writer::{Writer, checkpoint_line, entry_line, header_line};

#[cfg(test)]
mod tests;
