//! What is measured: the time that the tenant's main statements take, and by which index they find their rows.

use std::time::{Duration, Instant};

use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::schema::Failure;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::Catalogue;
use crate::diagnosis::Check;
use crate::diagnosis::slow::{self, Figures, Run};
use crate::store::diagnosis::{self as store, COUNTED_AT_MOST};
use crate::store::product;

/// What runs longer altogether leaves the rest unknown.
const TIME: Duration = Duration::from_secs(2);

/// Runs the main statements of the tenant, each with a look at how it finds its rows, until the time is over.
pub async fn measure(
    cx: &Cx,
    tenant_id: TenantId,
    watch: &Watch,
    catalogue: Option<&Catalogue>,
    rows: &[(String, i64)],
) -> Result<Vec<Check>, Problem> {
    let scope = Scope::Tenant(tenant_id);
    let mut runs = Vec::new();
    for main in store::main(tenant_id, cx.now()) {
        let mut took_us = None;
        let mut index = None;
        if !watch.is_over() {
            let began = Watch::start();
            cx.query(scope, main.statement.clone()).await?;
            took_us = Some(began.took_us());
            let visits = cx.explain(scope, &main.statement).await?;
            let mut own = visits.into_iter().filter(|visit| visit.table == main.alias);
            index = own.find(|visit| visit.condition.contains("tenant_id")).and_then(|visit| visit.index);
        }
        let estimate = |catalogue: &Catalogue| {
            catalogue.estimates.iter().find(|(table, _)| table == main.table).map(|(_, rows)| *rows)
        };
        // Nobody has looked at a table that is new, and then it is small; of SQLite's nobody ever does.
        let table_rows = catalogue.map(|catalogue| estimate(catalogue).unwrap_or(0));
        let is_unasked = took_us.is_none();
        let table_rows = if is_unasked { Some(0) } else { table_rows };
        runs.push(Run { operation: main.operation, took_us, index, table_rows });
    }
    let began = Watch::start();
    cx.query(scope, product::first(tenant_id)).await?;
    let round_trip = began.took_us();
    Ok(vec![
        slow::round_trip(round_trip),
        slow::statements(&runs),
        slow::indexes(&runs),
        slow::rows(rows, COUNTED_AT_MOST),
        slow::slowest(&figures(cx, tenant_id, catalogue).await?),
    ])
}

/// What the server knows of the slowest statements. They are of all tenants, without values.
async fn figures(cx: &Cx, tenant_id: TenantId, catalogue: Option<&Catalogue>) -> Result<Figures, Problem> {
    let Some(catalogue) = catalogue else { return Ok(Figures::OnSqlite) };
    if !catalogue.keeps_figures {
        return Ok(Figures::NotKept);
    }
    if cx.caller() != Caller::Operator {
        return Ok(Figures::NotYours);
    }
    match cx.query(Scope::Tenant(tenant_id), store::list_slowest()).await {
        Ok(rows) => Ok(Figures::Kept(rows.iter().map(store::slowest).collect::<Result<_, _>>()?)),
        Err(Failure::Database(sql::Error::Statement(_))) => Ok(Figures::Unreadable),
        Err(failure) => Err(failure.into()),
    }
}

/// How long something takes.
pub struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured is how long it takes, and not what time it is"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    fn took_us(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn is_over(&self) -> bool {
        self.0.elapsed() >= TIME
    }
}
