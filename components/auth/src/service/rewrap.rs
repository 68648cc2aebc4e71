//! Wrapping keys anew: by the master key of today, what the one before has wrapped. What was sealed under the keys stays as
//! it is.
//!
//! Every part is one batch, with an entry in the log. Many may do it at once, and be stopped at any time: a key is replaced
//! only while it is the one that was read, and what is left is found again.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::data_key::platform::Purpose;
use insula_kit::schema::Failure;
use insula_kit::sql::{self, Scope};
use insula_kit::wrap::{self, Unopened, Wrapped};
use insula_kit::{Cx, Problem, Request, log};

use crate::error::Error;
use crate::store::wrapped::{self, Stored, Table};

/// How many keys one batch wraps.
const PART: usize = 100;
/// The most keys of one call.
pub const LIMIT: usize = 5_000;
/// How often a call tries again what somebody else is at.
const CONFLICTS: usize = 20;

/// What came of a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The name of the master key that wraps now.
    pub master_key: String,
    /// How many keys were wrapped anew.
    pub rewrapped: usize,
    /// How many could not be opened, which the server's log explains.
    pub unopened: usize,
    /// How many are left, those among them.
    pub left: i64,
}

/// A part of a table.
struct Part {
    rewrapped: usize,
    unopened: usize,
    /// After which key the next part begins; none if there is no other.
    next: Option<String>,
}

/// What wraps today, by its name, and what did before; empty if there is nothing.
struct Names {
    current: String,
    previous: String,
}

/// Wraps up to `limit` keys anew.
pub async fn run(cx: &Cx, request: &Request, limit: usize) -> Result<Done, Problem> {
    let keys = cx.master_keys()?;
    let current = wrap::name(keys.current()).ok_or(Error::Signing)?;
    let names = Names { current, previous: keys.previous().and_then(wrap::name).unwrap_or_default() };
    for purpose in Purpose::ALL {
        // A key that is there by derivation only is stored first.
        cx.platform_key(purpose).await?;
    }
    let mut done = Done::default();
    let mut room = limit;
    let mut conflicts = 0;
    for table in Table::ALL {
        let mut after = String::new();
        while room > 0 && conflicts < CONFLICTS {
            let Some(part) = part(cx, request, table, &names, &after, room.min(PART)).await? else {
                conflicts += 1;
                continue;
            };
            done.rewrapped += part.rewrapped;
            done.unopened += part.unopened;
            room = room.saturating_sub(part.rewrapped + part.unopened);
            match part.next {
                Some(next) => after = next,
                None => break,
            }
        }
    }
    let rows = cx.query(Scope::Operator, wrapped::count(&names.current)).await?;
    done.left = rows.first().map_or(Ok(0), |row| row.integer("keys"))?;
    if done.left > 0 && room > 0 && conflicts < CONFLICTS {
        let left = done.left;
        warn(request, &format!("{left} keys are wrapped by other master keys than this server is given"));
    }
    Ok(Done { master_key: names.current, ..done })
}

/// Wraps the next keys of a table anew. None if somebody else is at the same ones.
async fn part(
    cx: &Cx,
    request: &Request,
    table: Table,
    names: &Names,
    after: &str,
    limit: usize,
) -> Result<Option<Part>, Problem> {
    let rows = cx.query(Scope::Operator, table.list(&names.previous, after, limit)).await?;
    let found = rows.iter().map(wrapped::read).collect::<Result<Vec<_>, _>>()?;
    let mut statements = Vec::with_capacity(found.len() + 1);
    for stored in &found {
        match anew(cx, table, stored)? {
            Ok(wrapped) => statements.push(table.set(stored, &wrapped)),
            Err(why) => {
                let (table, owner) = (table.as_str(), &stored.owner);
                warn(request, &format!("the key of {owner} in {table} was left: {why}"));
            }
        }
    }
    let rewrapped = statements.len();
    let unopened = found.len() - rewrapped;
    if rewrapped > 0 {
        let event = Event::new(Action::KeysRewrapped)
            .fact("table", table.as_str())
            .fact("keys", rewrapped)
            .fact("master_key", &names.current);
        statements.push(cx.audit(event).await?);
        match cx.batch(Scope::Operator, statements).await {
            Ok(_) => {}
            Err(Failure::Database(sql::Error::Busy | sql::Error::Refused(_))) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        }
    }
    let next = (found.len() == limit).then(|| found.last().map(|stored| stored.owner.clone())).flatten();
    Ok(Some(Part { rewrapped, unopened, next }))
}

/// A key as it is wrapped today, or why it can't be opened.
fn anew(cx: &Cx, table: Table, stored: &Stored) -> Result<Result<Wrapped, Unopened>, Problem> {
    let Some(info) = table.info(&stored.owner) else { return Ok(Err(Unopened::Changed)) };
    match wrap::open(cx.master_keys()?, &info, &stored.wrapped) {
        Ok(key) => Ok(Ok(cx.wrap(&info, &key)?)),
        Err(why) => Ok(Err(why)),
    }
}

fn warn(request: &Request, message: &str) {
    let ids = request.ids();
    log::warning(&ids.request, &ids.trace, message);
}
