//! Diagnostics: what is looked at, in which scope, and within which time.

mod measured;

use insula_kit::guard::Caller;
use insula_kit::id::{KeyId, TenantId, UserId};
use insula_kit::own_database::Home;
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Db, Rows, Scope};
use insula_kit::{Cx, Problem};

use crate::diagnosis::nothing::{self, Subject};
use crate::diagnosis::wrong::{self, Binding, Seen};
use crate::diagnosis::{Check, Diagnosis, Outcome};
use crate::store::diagnosis::{self as store, COUNTED_AT_MOST};
use crate::store::product;
use measured::{Watch, measure};

/// With more rows than this in a table, of all tenants, it isn't read as a whole to see what the scope shows.
const READ_AT_MOST: i64 = 1_000_000;
/// How often rows are counted again that somebody has added to meanwhile.
const ATTEMPTS: usize = 3;

/// Tables and numbers.
type Counts = Vec<(String, i64)>;

/// How PostgreSQL keeps tenants apart; nothing on SQLite.
struct Catalogue {
    role: (String, bool),
    keeps_figures: bool,
    bindings: Vec<Binding>,
    estimates: Counts,
}

/// Looks at the tenant. The guard has seen to it that the caller may manage it, or is the operator.
pub async fn of(cx: &Cx, tenant_id: TenantId, subject: Option<&str>) -> Result<Diagnosis, Problem> {
    let watch = Watch::start();
    let (now, scope) = (cx.now(), Scope::Tenant(tenant_id));
    let statements = vec![
        store::get(tenant_id, now),
        store::list_usage(tenant_id, now),
        store::count_empty(tenant_id, now),
    ];
    let found = cx.batch(scope, statements).await?;
    // Not for the tenant: it doesn't see who has made a key and is no member any more.
    let dangling = cx.query(Scope::System, store::count_dangling(tenant_id)).await?;
    let standing = store::standing(found[0].first().ok_or_else(|| Problem::new(&NOT_FOUND))?)?;
    let used = found[1].iter().map(store::used).collect::<Result<Vec<_>, _>>()?;
    let buckets = first(&found[2])?;
    let looked_at = look_at(cx, tenant_id, subject).await?;
    if let Some(id) = subject.filter(|_| !matches!(looked_at, Subject::Stranger)) {
        let whose = format!("/api/v1/tenants/{tenant_id}/diagnostics?subject={id}");
        cx.note_operators_read(Some(tenant_id), &whose).await?;
    }
    let caller = nothing::caller(&looked_at, cx.client(), now);
    let own = Home::look(cx, tenant_id).await?;
    let own_database = own.map(|own| nothing::own_database(own.is_read, own.waiting));
    if own.is_some_and(|own| !own.is_read) {
        // Without the product's data the rest can't be told.
        let nothing = [nothing::tenant_state(&standing), caller].into_iter().chain(own_database).collect();
        return Ok(Diagnosis { nothing, wrong: Vec::new(), slow: Vec::new() });
    }
    let (product, platform) = count(cx, scope, tenant_id).await?;
    let catalogue = catalogue(cx, tenant_id).await?;
    let all: Counts = product.iter().chain(&platform).cloned().collect();
    let mut nothing = vec![
        nothing::tenant_state(&standing),
        caller,
        nothing::second_factor(&standing),
        nothing::keys(standing.keys),
        nothing::quota(&used),
        nothing::rate(buckets.integer("buckets")?, buckets.integer("drained")?),
        nothing::rows(&product, &platform),
    ];
    nothing.extend(own_database);
    let wrong = vec![
        security(catalogue.as_ref()),
        wrong::role(catalogue.as_ref().map(|catalogue| (catalogue.role.0.as_str(), catalogue.role.1))),
        seen(cx, tenant_id, catalogue.as_ref()).await?,
        wrong::references(store::dangling(first(&dangling)?)?),
    ];
    let slow = measure(cx, tenant_id, &watch, catalogue.as_ref(), &all).await?;
    Ok(Diagnosis { nothing, wrong, slow })
}

/// Whether the database itself keeps the tenant's rows apart from others'.
pub async fn is_isolated(cx: &Cx, tenant_id: TenantId) -> Result<bool, Problem> {
    let catalogue = catalogue(cx, tenant_id).await?;
    let role = wrong::role(catalogue.as_ref().map(|catalogue| (catalogue.role.0.as_str(), catalogue.role.1)));
    Ok([security(catalogue.as_ref()), role].iter().all(|check| check.outcome == Outcome::Ok))
}

fn security(catalogue: Option<&Catalogue>) -> Check {
    wrong::row_level_security(&tables(), catalogue.map(|catalogue| catalogue.bindings.as_slice()))
}

fn tables() -> Vec<&'static str> {
    store::TABLES.iter().chain(product::TABLES).copied().collect()
}

fn first(rows: &Rows) -> Result<&sql::Row, Problem> {
    rows.first().ok_or_else(|| Problem::new(&NOT_FOUND))
}

/// Whose view is asked for: a member's or a key's by its id, else that of who asks. What is neither is a stranger, whether
/// another tenant has it or nobody.
async fn look_at(cx: &Cx, tenant_id: TenantId, subject: Option<&str>) -> Result<Subject, Problem> {
    let scope = Scope::Tenant(tenant_id);
    let user_id = match (subject, cx.caller()) {
        (Some(text), _) => UserId::parse(text),
        (None, Caller::Person { user_id, .. } | Caller::Impersonator { user_id, .. }) => Some(user_id),
        (None, Caller::Operator | Caller::ApiKey { .. } | Caller::Anonymous) => return Ok(Subject::Nobody),
    };
    if let Some(user_id) = user_id {
        let rows = cx.query(scope, store::get_member(tenant_id, user_id)).await?;
        return Ok(store::member(rows.first())?);
    }
    let Some(key_id) = subject.and_then(KeyId::parse) else { return Ok(Subject::Stranger) };
    let rows = cx.query(scope, store::get_key(tenant_id, key_id)).await?;
    Ok(store::key(rows.first())?)
}

/// The tenant's rows in the tables of the product, which are counted where the tenant has them, and in those of the platform.
async fn count(cx: &Cx, scope: Scope, tenant_id: TenantId) -> Result<(Counts, Counts), Problem> {
    let product = cx.query(Scope::Tenant(tenant_id), product::count(tenant_id, COUNTED_AT_MOST)).await?;
    let platform = cx.query(scope, store::count_rows(tenant_id)).await?;
    let read = |rows: &Rows| rows.iter().map(store::counted).collect::<Result<Counts, _>>();
    Ok((read(&product)?, read(&platform)?))
}

async fn catalogue(cx: &Cx, tenant_id: TenantId) -> Result<Option<Catalogue>, Problem> {
    if !matches!(cx.db(), Db::Postgres(_)) {
        return Ok(None);
    }
    let statements = [store::get_role()].into_iter().chain(store::get_bindings()).collect();
    let found = cx.batch(Scope::Tenant(tenant_id), statements).await?;
    let role = first(&found[0])?;
    let mut catalogue = Catalogue {
        role: (role.text("name")?, role.integer("is_unbound")? == 1),
        keeps_figures: role.integer("keeps_figures")? == 1,
        bindings: Vec::new(),
        estimates: Counts::new(),
    };
    for row in found[1].iter().chain(&found[2]) {
        let (binding, estimate) = store::binding(row)?;
        catalogue.estimates.extend(estimate.map(|rows| (binding.name.clone(), rows)));
        catalogue.bindings.push(binding);
    }
    Ok(Some(catalogue))
}

/// What the tenant's scope shows without a tenant being named, beside what the tenant has.
async fn seen(cx: &Cx, tenant_id: TenantId, catalogue: Option<&Catalogue>) -> Result<Check, Problem> {
    let Some(catalogue) = catalogue else { return Ok(wrong::scope(None, false)) };
    if catalogue.estimates.iter().any(|(_, rows)| *rows > READ_AT_MOST) {
        return Ok(wrong::scope(None, true));
    }
    let mut check = wrong::scope(None, true);
    for _ in 0..ATTEMPTS {
        let statements = vec![product::count_seen(tenant_id), store::count_seen(tenant_id)];
        let found = cx.batch(Scope::Tenant(tenant_id), statements).await?;
        let (product, platform) = count(cx, Scope::System, tenant_id).await?;
        let own: Counts = product.into_iter().chain(platform).collect();
        if own.iter().any(|(_, rows)| *rows >= COUNTED_AT_MOST) {
            return Ok(wrong::scope(None, true));
        }
        let tables = found.iter().flatten().map(|row| {
            let name = row.text("name")?;
            let rows = own.iter().find(|(other, _)| *other == name).map_or(0, |(_, rows)| *rows);
            Ok(Seen { seen: row.integer("seen")?, foreign: row.integer("foreign_rows")?, own: rows, name })
        });
        check = wrong::scope(Some(&tables.collect::<Result<Vec<_>, sql::Error>>()?), false);
        // Somebody may have added a row between the two.
        if check.outcome == Outcome::Ok {
            break;
        }
    }
    Ok(check)
}
