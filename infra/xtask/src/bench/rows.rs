//! The rows of the table, one small function each.

mod analyze;
mod audit;
mod crowd;
mod guard;
mod keys;
mod login;
mod native;
mod process;
mod tenants;
mod timing;

use anyhow::Result;

use super::Bench;
use super::figure::Figure;

/// A row may give several figures that are taken from the same servers.
type Row = fn(&Bench<'_>) -> Result<Vec<Figure>>;

/// Every row with the name by which it is chosen.
pub const ALL: [(&str, Row); 21] = [
    ("bare", native::bare),
    ("sqlite", guard::sqlite),
    ("postgres", guard::postgres),
    ("keys-sqlite", keys::sqlite),
    ("keys-postgres", keys::postgres),
    ("login", login::login),
    ("crowd", crowd::crowd),
    ("timing-sqlite", timing::sqlite),
    ("timing-postgres", timing::postgres),
    ("analyze", analyze::analyze),
    ("audit-check", audit::check),
    ("audit-append", audit::append),
    ("audit-proof-sqlite", audit::proof_sqlite),
    ("audit-proof-postgres", audit::proof_postgres),
    ("tenants-create", tenants::create),
    ("tenants-migrate", tenants::migrate),
    ("tenants-many", tenants::many),
    ("tenants-bound", tenants::bound),
    ("start", process::start),
    ("memory", process::memory),
    ("sizes", process::sizes),
];
