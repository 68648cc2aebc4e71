//! An application of the components that answer a constant: without anything, with the guard, behind the gateway, with
//! one SELECT.

use std::path::Path;

use super::server::Host;

/// Answers without asking anybody.
pub const BARE: &str = "/bare";
/// Answers whoever the guard lets in; every answer is counted.
pub const GUARDED: &str = "/guarded";
/// The same by a component that knows no guard and has the gateway in front of it.
pub const GATED: &str = "/gated";
/// Answers with one prepared SELECT; PostgreSQL only.
pub const SELECT: &str = "/select";

/// The application.
pub fn application() -> Host<'static> {
    Host { manifest: Path::new("tests/guests/spin.toml"), ready_path: BARE }
}
