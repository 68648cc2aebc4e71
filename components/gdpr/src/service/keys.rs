//! Who signs a log: its name, and the key of that name.
//!
//! The key is derived from the platform's own, one for each log, and that is stored wrapped only: whoever has the database
//! and not the master key can't sign, and another master key changes no key of a log. The name is that of the server and of the log. A server that is given another name signs by that
//! from then on, with the same key.

use insula_audit::note::Signer;
use insula_kit::data_key::platform::Purpose;
use insula_kit::{Cx, Problem, config, seal};

use crate::error::Error;

/// The name under which a log is signed today.
pub async fn origin(log: &str) -> String {
    named(&config::variable("public_url").await.unwrap_or_default(), log)
}

/// Who signs a log by that name.
pub async fn signer(cx: &Cx, log: &str, origin: &str) -> Result<Signer, Problem> {
    let key = cx.platform_key(Purpose::Checkpoint).await?;
    let seed = seal::derive_from(&key, &format!("audit checkpoint\n{log}"));
    Ok(seed.and_then(|seed| Signer::new(origin, seed)).ok_or(Error::Unnamed)?)
}

fn named(public_url: &str, log: &str) -> String {
    let address = public_url.split_once("://").map_or(public_url, |(_, address)| address);
    let server = address.trim_end_matches('/');
    let server = if server.is_empty() { "insula" } else { server };
    format!("{server}/audit/{log}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_named_after_its_server_and_its_tenant() {
        assert_eq!(named("https://api.insula.example/", "ten_1"), "api.insula.example/audit/ten_1");
        assert_eq!(named("http://localhost:3000", "ten_1"), "localhost:3000/audit/ten_1");
        assert_eq!(named("", "ten_1"), "insula/audit/ten_1");
    }
}
