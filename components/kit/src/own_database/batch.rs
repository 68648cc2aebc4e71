//! A batch with product statements of a tenant that has a database of its own.

use super::Home;
use crate::cx::Cx;
use crate::schema::Failure;
use crate::sql::own::Work;
use crate::sql::{self, Rows, Scope, Statement};

/// Runs it: what reads, there, before the rest; what
/// changes, with the rest as an intent, and there after it.
pub(crate) async fn batch(cx: &Cx, scope: Scope, statements: Vec<Statement>) -> Result<Vec<Rows>, Failure> {
    let Scope::Tenant(tenant_id) = scope else { return Err(sql::Error::Elsewhere.into()) };
    let home = Home::open(cx, tenant_id).await?;
    let mut results = vec![Rows::new(); statements.len()];
    read(cx, &home, &statements, &mut results).await?;

    let work = Work::of(statements.iter().filter(|statement| statement.changes));
    let first_change = statements.iter().position(|statement| statement.changes);
    let (mut places, mut rest) = (Vec::new(), Vec::new());
    for (place, statement) in statements.into_iter().enumerate() {
        if Some(place) == first_change {
            places.push(place);
            rest.push(home.intent(cx, &work)?);
        } else if !statement.product {
            places.push(place);
            rest.push(statement);
        }
    }
    if rest.is_empty() {
        return Ok(results);
    }
    let stored = cx.db().batch_of(scope, &rest).await.map_err(|error| match error {
        sql::Error::Refused(at) if first_change.is_some() && places.get(at) == first_change.as_ref() => {
            sql::Error::Unreachable("a tenant's own database, for which too much waits".to_owned())
        }
        sql::Error::Refused(at) => sql::Error::Refused(places.get(at).copied().unwrap_or(at)),
        other @ (sql::Error::Busy
        | sql::Error::Unreachable(_)
        | sql::Error::Statement(_)
        | sql::Error::Decode(_)
        | sql::Error::Elsewhere
        | sql::Error::Foreign) => other,
    })?;
    for (place, rows) in places.into_iter().zip(stored) {
        if Some(place) != first_change {
            results[place] = rows;
        }
    }
    if first_change.is_some() && !home.is_silent {
        // It is stored, so the caller has what it asked for; what can't be done now is done by whoever comes next.
        let _ = home.noted(cx, home.settle(cx)).await;
    }
    Ok(results)
}

/// Runs what reads product data, after what waits.
async fn read(cx: &Cx, home: &Home, statements: &[Statement], results: &mut [Rows]) -> Result<(), Failure> {
    let is_read = |statement: &Statement| statement.product && !statement.changes;
    let reads: Vec<_> = statements.iter().enumerate().filter(|(_, statement)| is_read(statement)).collect();
    if reads.is_empty() {
        return Ok(());
    }
    home.check_silence()?;
    let texts: Vec<_> = reads.iter().map(|(_, statement)| *statement).collect();
    let found = home.noted(cx, home.read_after_what_waits(cx, &texts)).await?;
    for ((place, statement), rows) in reads.into_iter().zip(found) {
        if statement.required && rows.is_empty() {
            return Err(sql::Error::Refused(place).into());
        }
        results[place] = rows;
    }
    Ok(())
}
