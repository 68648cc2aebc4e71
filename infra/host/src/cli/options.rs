//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use insula_audit::note::Verifier;

/// Serves Insula's components, or any Spin HTTP application, from one process.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a manifest.
    Serve(Box<ServeOptions>),
    /// Check an audit log that was exported.
    #[command(subcommand)]
    Audit(Box<AuditCommand>),
    /// Exchange the master key.
    #[command(subcommand)]
    MasterKey(MasterKeyCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MasterKeyCommand {
    /// Make another one for the next start, and keep the present one beside it.
    ///
    /// After the start, POST /internal/master-key/rewrap until it says that nothing is left; then remove the file
    /// master.previous.key.
    Rotate(RotateOptions),
}

#[derive(Debug, Args)]
pub(crate) struct RotateOptions {
    /// Where the keys are kept.
    #[arg(long, value_name = "FOLDER", default_value = ".insula")]
    pub(crate) state: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Say whether a log is what was recorded and signed; if not, which entry is wrong first.
    ///
    /// Ends with 0 when it is, 1 when it isn't, 2 when it can't be read.
    Verify(VerifyOptions),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// The log; - for the standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The key that signs it, as the server tells it: name+id+key.
    #[arg(long, value_name = "KEY", value_parser = verifier)]
    pub(crate) key: Verifier,
    /// How many entries it must have at least: as many as were seen before. Nothing in a file tells that its end is
    /// missing, if it was cut after an earlier checkpoint.
    #[arg(long, value_name = "ENTRIES", default_value_t = 0)]
    pub(crate) at_least: u64,
    /// A checkpoint of the same log that was kept, in a file: the log must go on from it. Without one, a history that was
    /// written anew by whoever has the server's master key looks like any other.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// What to serve.
    #[arg(long, value_name = "FILE", default_value = "spin.toml")]
    pub(crate) manifest: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: String,
    /// Where keys, embedded databases and compiled components are kept.
    #[arg(long, value_name = "FOLDER", default_value = ".insula")]
    pub(crate) state: PathBuf,
    /// A PostgreSQL database instead of the embedded one: postgresql://… With ?sslmode=require only over TLS, and with
    /// a certificate of an authority that this system trusts.
    #[arg(long, value_name = "URL", env = "INSULA_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Who owns the tables of the PostgreSQL database, where that is not who serves: postgresql://… at the same host.
    /// Only migrations use it.
    #[arg(
        long,
        value_name = "URL",
        env = "INSULA_DATABASE_OWNER_URL",
        hide_env_values = true,
        requires = "database_url"
    )]
    pub(crate) database_owner_url: Option<String>,
    /// A file with the operator's key, instead of the one in the state folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) operator_key_file: Option<PathBuf>,
    /// How the log is written; by default for people where it goes to a terminal, and else for machines.
    #[arg(long, value_enum)]
    pub(crate) log: Option<LogForm>,
    /// The value of an application variable; may be repeated. Where nobody says what `public_url` is, and the manifest
    /// has none but this machine's, it is where the server listens.
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) variables: Vec<(String, String)>,
    /// How often the application does what is due; 0 for never.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) tick_seconds: u64,
    /// What to say once it serves; ADDRESS in it becomes where.
    #[arg(long, value_name = "TEXT", env = "INSULA_GREETING", hide_env_values = true)]
    pub(crate) greeting: Option<String>,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// What a request may take, 1 to 240: what a tenant had is removed 300 seconds after its last call can have begun.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=240))]
    pub(crate) request_timeout_seconds: u64,
    /// What a request's body may have; by default 1 more than the variable `upload_limit_mib`.
    #[arg(long, value_name = "MIB")]
    pub(crate) body_limit_mib: Option<u64>,
    /// How long the next piece of a request's body may take to come before it is answered 408.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) body_idle_timeout_seconds: u64,
    /// How many bytes of a request's body must come in a second, after a grace of ten, before it is answered 408; 0 for
    /// any number.
    #[arg(long, value_name = "BYTES", default_value_t = 1_024)]
    pub(crate) body_bytes_per_second: u64,
    /// How long a connection is kept that asks for nothing; 0 for ever.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) connection_idle_timeout_seconds: u64,
    /// What one instance of a component may use.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub(crate) memory_limit_mib: usize,
    /// How many requests are worked on at once.
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    pub(crate) max_concurrent_requests: usize,
    /// How many requests of one client are taken on at once; 0 for any number. A client is an address, of IPv6 a network
    /// of 64 bits (and all those of one of 48 have four times as many): the connection's, or the one that the proxies
    /// name which the variable `trusted_proxies` counts. Clients of this machine and of private networks that no proxy
    /// names aren't counted: one may be a proxy that nobody has counted, behind which everybody has one address.
    #[arg(long, value_name = "COUNT", default_value_t = 64)]
    pub(crate) max_requests_per_client: usize,
    /// Count clients of this machine and of private networks as all others, for requests, connections and bodies: for a
    /// server that no proxy stands in front of, or one whose proxies are counted.
    #[arg(long)]
    pub(crate) limit_near_clients: bool,
    /// How many connections there are at once; what comes beyond is closed.
    #[arg(long, value_name = "COUNT", default_value_t = 4_096)]
    pub(crate) max_connections: usize,
    /// How many connections of one client there are at once; 0 for any number. A client is the other end: a proxy with a
    /// public address needs more.
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    pub(crate) max_connections_per_client: usize,
    /// How long a request waits for its turn before it is answered 503.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) queue_timeout_seconds: u64,
    /// How many requests an instance answers before it is replaced.
    #[arg(long, value_name = "COUNT", default_value_t = 128)]
    pub(crate) instance_reuse: usize,
    /// How many requests an instance answers at once; a fault in one is a fault in all of them.
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub(crate) instance_concurrency: usize,
    /// How many instances may exist at once.
    #[arg(long, value_name = "COUNT", default_value_t = 512)]
    pub(crate) max_instances: u32,
    /// How many connections are kept to a PostgreSQL database; by default two for each processor. More of them slow each
    /// other down on a server with few processors, and few of them wait for one that is far away.
    #[arg(long, value_name = "COUNT")]
    pub(crate) postgres_pool_size: Option<usize>,
    /// How long connections may take to finish when the server stops.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) drain_timeout_seconds: u64,
    /// How many threads serve; by default one for each processor.
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Short lines for people.
    Pretty,
    /// JSON lines for machines.
    Json,
}

fn verifier(text: &str) -> Result<Verifier, &'static str> {
    Verifier::parse(text).ok_or("write it as the server tells it: name+id+key")
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if insula_host::manifest::is_variable_name(name) => {
            Ok((name.to_owned(), value.to_owned()))
        }
        // Without the text: what was meant as a value may be a secret.
        _ => Err("write it as name=value, with the name in lower_snake_case".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_variable_is_a_name_and_whatever_follows_the_first_equals_sign() {
        assert_eq!(name_and_value("key=a=b"), Ok(("key".into(), "a=b".into())));
        assert!(name_and_value("Key=a").is_err());
        assert!(name_and_value("key").is_err());
    }

    /// Protects what is removed of a tenant from a call that still writes: the tick waits for 300 seconds.
    #[test]
    fn no_request_may_take_longer_than_the_tick_waits_for_it() {
        let read = |seconds: &str| {
            Cli::try_parse_from(["insula", "serve", "--request-timeout-seconds", seconds]).is_ok()
        };
        assert!(read("1") && read("240"));
        assert!(!read("0") && !read("241") && !read("86400"));
    }
}
