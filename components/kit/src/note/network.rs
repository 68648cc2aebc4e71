//! From where a key is used that wasn't used from there before.

use insula_domain::action::Action;
use insula_domain::known_networks::{KnownNetworks, Seen, around};
use insula_sql::params;

use crate::audit::Event;
use crate::cx::Cx;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::schema::Failure;
use crate::sql::{self, Scope, Statement};

const GET_NETWORKS: &str = include_str!("../../sql/api_key_get_networks.sql");
const SET_NETWORKS: &str = include_str!("../../sql/api_key_set_networks.sql");

/// How often the networks of a key are looked at again that another call has changed.
const ATTEMPTS: usize = 8;

/// Notes, before the call is answered, that a key comes from a network that it wasn't used from before, and remembers it. The
/// guard says when there is something to do; most calls end here at once. Of calls at once that come from the same network,
/// one notes it.
///
/// # Errors
///
/// What can't be noted isn't answered.
pub async fn network(cx: &Cx) -> Result<(), Problem> {
    let (Caller::ApiKey { key_id, .. }, Some(client), true) =
        (cx.caller(), cx.client(), cx.grant.new_network)
    else {
        return Ok(());
    };
    let tenant_id = cx.tenant_id()?;
    let (scope, network) = (Scope::Tenant(tenant_id), around(client));
    for _ in 0..ATTEMPTS {
        let rows = cx.query(scope, Statement::new(GET_NETWORKS, params![tenant_id, key_id])).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let before = row.optional_text("known_networks")?;
        let known = KnownNetworks::stored(before.as_deref(), row.optional_integer("networks_told_until_ms")?);
        let (next, is_told) = match known.see(&network, cx.now().as_ms()) {
            Seen::Nothing => return Ok(()),
            Seen::First(next) => (next, false),
            Seen::New(next) => (next, true),
        };
        let values =
            params![next.to_text(), next.told_until_ms(), tenant_id, key_id, before.unwrap_or_default()];
        let mut statements = vec![Statement::required(SET_NETWORKS, values)];
        if is_told {
            let event = Event::new(Action::KeyNewNetwork).in_tenant(tenant_id).fact("key_id", key_id);
            statements.push(cx.audit(event).await?);
        }
        match cx.batch(scope, statements).await {
            Ok(_) => return Ok(()),
            // Another call was faster: what it remembered may be this one's network.
            Err(Failure::Database(sql::Error::Refused(_))) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    // So many others are noted meanwhile that this one waits for the key's next call.
    Ok(())
}
