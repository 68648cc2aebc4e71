//! rustup's way: the target's standard library and linker come as one download.

use std::process::Command;

use super::{Instructions, TARGET};
use crate::process;
use crate::workspace::Workspace;

/// How long a download may take before Debian's packages are tried instead.
const PATIENCE_SECONDS: &str = "300";

/// Whether the active toolchain has the target.
pub fn present() -> bool {
    let installed = process::output(Command::new("rustup").args(["target", "list", "--installed"]));
    installed.is_ok_and(|list| list.lines().any(|line| line.trim() == TARGET))
}

/// Asks rustup for the target. What goes wrong is said and answered with `false`: there is another way.
pub fn install() -> bool {
    if !process::succeeds(Command::new("rustup").arg("--version")) {
        return false;
    }
    eprintln!("installing rustup's target {TARGET}: components are compiled for it");
    // `timeout`, because a machine without the way out may drop packets instead of refusing.
    let mut add = Command::new("timeout");
    add.args([PATIENCE_SECONDS, "rustup", "target", "add", TARGET]);
    match process::run(&mut add) {
        Ok(()) => present(),
        Err(error) => {
            eprintln!("rustup cannot install it ({error:#}); Debian's packages are used instead");
            false
        }
    }
}

/// The cargo that also builds the host.
pub fn cargo(workspace: &Workspace, instructions: Instructions) -> Command {
    let mut command = process::cargo(workspace);
    command.env("RUSTFLAGS", instructions.features()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}
