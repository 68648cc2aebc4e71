//! An application of the components that answer a constant: without anything, behind the guard, with one SELECT.

use std::path::Path;

use super::server::Host;

/// Answers without asking anybody.
pub const BARE: &str = "/bare";
/// Answers whoever the guard lets in; every answer is counted.
pub const GUARDED: &str = "/guarded";
/// Answers with one prepared SELECT; PostgreSQL only.
pub const SELECT: &str = "/select";

/// The application.
pub fn application() -> Host<'static> {
    Host { manifest: Path::new("tests/guests/spin.toml"), ready_path: BARE }
}
