//! `cargo xtask up`: from a fresh checkout to a server.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::arguments::Arguments;
use crate::workspace::Workspace;
use crate::{build, process};

const LISTEN: &str = "127.0.0.1:3000";

/// The commands to try next; the host puts its own address for `ADDRESS` and says them once it serves.
const NEXT: &str = r#"
Try next, in another terminal:

  curl -s http://ADDRESS/api/v1/auth/register -H 'content-type: application/json' \
    -d '{"email":"ada@example.com","password":"correct horse battery staple","tenant_name":"Acme"}'
  TOKEN=$(curl -s http://ADDRESS/api/v1/auth/login -H 'content-type: application/json' \
    -d '{"email":"ada@example.com","password":"correct horse battery staple"}' |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
  curl -s http://ADDRESS/api/v1/analyze -H "authorization: Bearer $TOKEN" \
    -F label_column=species -F file=@examples/penguins.csv
"#;

/// The command: builds when something changed, then becomes the server.
pub fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let listen = arguments.option("--listen")?.unwrap_or_else(|| LISTEN.to_owned());
    let state = arguments.path("--state")?.unwrap_or_else(|| workspace.root().join(".insula"));
    let database = arguments.option("--database-url")?;
    let passed_on = arguments.passed_on().to_vec();
    arguments.finish()?;

    let host = match build::up_to_date(workspace) {
        Some(host) => host,
        None => build::everything(workspace)?,
    };
    serve(&host, workspace, &listen, &state, database.as_deref(), &passed_on)
}

/// Replaces this process by the host, so that signals and the exit status are the host's own.
fn serve(
    host: &PathBuf,
    workspace: &Workspace,
    listen: &str,
    state: &PathBuf,
    database: Option<&str>,
    passed_on: &[String],
) -> Result<()> {
    let mut command = Command::new(host);
    command.current_dir(workspace.root()).args(["serve", "--manifest", "spin.toml", "--listen", listen]);
    command.arg("--state").arg(state).env("INSULA_GREETING", NEXT);
    if let Some(database) = database {
        command.args(["--database-url", database]);
    }
    command.args(passed_on);
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start `{}`", process::shown(&command)))
}
