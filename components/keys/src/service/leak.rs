//! Revoking keys that were found in public.

use insula_domain::credential::{Presented, digest};
use insula_kit::config::variable;
use insula_kit::id::KeyId;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

use crate::error::Error;
use crate::leak::{Found, REPORTS_LIMIT, Signers};
use crate::store;

/// Sees that who may report signed the bytes, revokes every key that they name, all at once, and tells of each thing that
/// was found whether it is a key. The same report again finds the same.
pub async fn report(
    cx: &Cx,
    signer: &str,
    signature: &str,
    bytes: &[u8],
) -> Result<Vec<(Found, bool)>, Problem> {
    let document = variable("secret_scanning_keys").await.unwrap_or_default();
    if !Signers::read(&document).signed(signer, signature, bytes) {
        return Err(Error::Unsigned.into());
    }
    let all: Vec<Found> = serde_json::from_slice(bytes).map_err(|_| Error::Unreadable)?;
    if all.is_empty() || all.len() > REPORTS_LIMIT {
        return Err(Error::ReportLength.into());
    }
    let now = cx.now();
    let statement = |(at, found): (usize, &Found)| {
        let id = match Presented::parse(&found.token)? {
            Presented::ApiKey { id_suffix } => Some(KeyId::from_suffix(id_suffix)?),
            Presented::Foreign => None,
            Presented::OperatorKey | Presented::Token => return None,
        };
        Some((at, store::revoke_by_credential(id, &digest(&found.token), now)))
    };
    let (places, statements): (Vec<usize>, Vec<_>) = all.iter().enumerate().filter_map(statement).unzip();
    let mut known = vec![false; all.len()];
    if !statements.is_empty() {
        let results = cx.batch(Scope::System, statements).await?;
        for (at, rows) in places.into_iter().zip(results) {
            known[at] = !rows.is_empty();
        }
    }
    Ok(all.into_iter().zip(known).collect())
}
