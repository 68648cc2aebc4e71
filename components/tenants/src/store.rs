//! Tenants in the database: the statements of `sql/`, and how their rows are read.

pub mod diagnosis;
pub mod invitation;
pub mod limit;
pub mod member;
pub mod onboarding;
pub mod plan;
pub mod product;
pub mod security;

use std::collections::BTreeMap;

use insula_domain::isolation::Isolation;
use insula_domain::lifecycle::State;
use insula_domain::role::Role;
use insula_kit::id::{TenantId, UserId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::tenant::{Actor, Filter, Name, OWNED_LIMIT, Reason, Region, Standing, Tenant};

const INSERT: &str = include_str!("../sql/tenant_insert.sql");
const INSERT_OWNER: &str = include_str!("../sql/membership_insert_owner.sql");
const GET: &str = include_str!("../sql/tenant_get.sql");
const CHANGE: &str = include_str!("../sql/tenant_change.sql");
const GET_PLAN: &str = include_str!("../sql/plan_get.sql");
const SET_STATE: &str = include_str!("../sql/tenant_set_state.sql");
const LIST: &str = include_str!("../sql/tenant_list.sql");
const LIST_BY_USER: &str = include_str!("../sql/tenant_list_by_user.sql");

/// The place of the statement in [`insert`] that finds too many tenants.
pub const OWNER: usize = 2;

/// Stores a tenant and its owner, and makes what it needs: all or nothing. Tenants of one person are made one after another: without the lock,
/// two batches that run at once would count without each other's.
pub fn insert(tenant: &Tenant, owner_id: UserId) -> Vec<Statement> {
    let Tenant { id, name, standing, plan, isolation, created_at, .. } = tenant;
    let (state, kept) = (standing.state.as_str(), isolation.as_str());
    let mut statements = vec![
        insula_turns::of_person(owner_id),
        Statement::required(INSERT, params![*id, name.as_str(), state, plan, *created_at, kept]),
        Statement::required(INSERT_OWNER, params![*id, *created_at, owner_id, OWNED_LIMIT]),
    ];
    statements.extend(insula_isolation::make(*id, *isolation));
    statements
}

/// A tenant's own database that was made ready.
pub struct Database {
    /// Its address, sealed.
    pub sealed: String,
    /// What tells it from any other.
    pub identity: String,
    /// The newest tenant's step that was done there.
    pub step: i64,
}

/// The place of the statement in [`change`] that finds no plan, where it is another one.
pub const PLAN: usize = 0;

/// Stores a tenant as it shall be, with what an attempt has brought from its own database, if one has; refused if it was
/// changed meanwhile, or there is no such plan.
pub fn change(
    present: &Tenant,
    next: &Tenant,
    database: Option<&Database>,
    attempt: Option<&str>,
    at: Timestamp,
) -> Result<Vec<Statement>, sql::Error> {
    let settings =
        serde_json::to_string(&next.settings).map_err(|_| sql::Error::Decode("settings".to_owned()))?;
    let (region, before) = (next.region.as_ref().map(|region| region.as_str().to_owned()), next.version - 1);
    let values = params![next.name.as_str(), &next.plan, region, settings, next.id, before];
    let plan = (next.plan != present.plan).then(|| Statement::required(GET_PLAN, params![&next.plan]));
    let moved = (next.isolation != present.isolation).then(|| match attempt {
        Some(attempt) => insula_isolation::bring_home(next.id, next.isolation, attempt, at),
        None => insula_isolation::change(next.id, next.isolation, at),
    });
    let held = moved.is_some().then(|| insula_isolation::hold(next.id));
    let database =
        database.map(|new| insula_isolation::set_database(next.id, &new.sealed, &new.identity, new.step, at));
    let change = [Statement::required(CHANGE, values)];
    Ok(plan.into_iter().chain(held).chain(change).chain(database).chain(moved).collect())
}

/// Stores the state that a tenant shall be in; refused if it was changed meanwhile.
pub fn set_state(next: &Tenant, at: Timestamp) -> Statement {
    let Standing { state, by, reason } = &next.standing;
    let reason = reason.as_ref().map(|reason| reason.as_str().to_owned());
    let by = by.map(|by| by.as_str().to_owned());
    Statement::required(SET_STATE, params![state.as_str(), by, reason, at, next.id, next.version - 1])
}

/// One tenant; its row is for [`read`].
pub fn get(id: TenantId) -> Statement {
    Statement::new(GET, params![id])
}

/// All tenants of the filter; the rows are for [`read_with_role`].
pub fn list(filter: &Filter, ask: &Ask) -> Statement {
    let [state, plan, region] = values(filter);
    Statement::new(LIST, params![&ask.after, state, plan, region, ask.rows()])
}

/// The tenants of one person, of the filter; the rows are for [`read_with_role`].
pub fn list_by_user(user_id: UserId, filter: &Filter, ask: &Ask) -> Statement {
    let [state, plan, region] = values(filter);
    Statement::new(LIST_BY_USER, params![user_id, &ask.after, state, plan, region, ask.rows()])
}

fn values(Filter { state, plan, region }: &Filter) -> [Option<String>; 3] {
    let state = state.map(|state| state.as_str().to_owned());
    [state, plan.clone(), region.as_ref().map(|region| region.as_str().to_owned())]
}

/// Reads a tenant whose reader is known to have that role there.
pub fn read(row: &Row, role: Option<Role>) -> Result<Tenant, sql::Error> {
    Ok(Tenant {
        id: row.id("id")?,
        name: Name::stored(row.text("name")?),
        standing: standing(row)?,
        plan: row.text("plan")?,
        region: row.optional_text("region")?.map(Region::stored),
        isolation: row.word("isolation", Isolation::parse)?,
        settings: settings(row)?,
        version: row.integer("version")?,
        role,
        created_at: row.time("created_at_ms")?,
    })
}

fn standing(row: &Row) -> Result<Standing, sql::Error> {
    let by = match row.optional_text("state_by")? {
        None => None,
        Some(_) => Some(row.word("state_by", Actor::parse)?),
    };
    let reason = row.optional_text("state_reason")?.map(Reason::stored);
    Ok(Standing { state: row.word("state", State::parse)?, by, reason })
}

fn settings(row: &Row) -> Result<BTreeMap<String, String>, sql::Error> {
    serde_json::from_str(&row.text("settings")?).map_err(|_| sql::Error::Decode("settings".to_owned()))
}

/// Reads a tenant with the reader's role in it, if the row has one.
pub fn read_with_role(row: &Row) -> Result<Tenant, sql::Error> {
    let role = match row.optional_text("role")? {
        None => None,
        Some(_) => Some(row.word("role", Role::parse)?),
    };
    read(row, role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;
    use insula_kit::sql::{Db, Rows, Scope};

    fn migrated() -> Db {
        Db::Memory(Memory::migrated().unwrap())
    }

    fn query(db: &Db, statement: Statement) -> Rows {
        block_on(db.query(Scope::System, statement)).unwrap()
    }

    fn person(db: &Db, number: u8) -> UserId {
        let id = UserId::new(Timestamp::from_ms(0), [number; 10]);
        let text = "insert into user_account (id, email, password, created_at_ms) values ($1, $2, '', 0) returning id";
        query(db, Statement::new(text, params![id, format!("{number}@example.org")]));
        id
    }

    fn tenant(number: u8) -> Tenant {
        Tenant {
            id: TenantId::new(Timestamp::from_ms(number.into()), [number; 10]),
            name: Name::parse("Acme").unwrap(),
            standing: Standing { state: State::Active, by: None, reason: None },
            plan: "free".to_owned(),
            region: None,
            isolation: Isolation::Shared,
            settings: BTreeMap::new(),
            version: 0,
            role: Some(Role::Owner),
            created_at: Timestamp::from_ms(number.into()),
        }
    }

    fn store(db: &Db, tenant: &Tenant, owner_id: UserId) {
        block_on(db.batch(Scope::Person(owner_id), insert(tenant, owner_id))).unwrap();
    }

    #[test]
    fn a_tenant_is_read_as_it_was_stored() {
        let db = migrated();
        let acme = tenant(1);
        store(&db, &acme, person(&db, 1));
        assert_eq!(read(&query(&db, get(acme.id))[0], Some(Role::Owner)).unwrap(), acme);
        assert!(query(&db, get(tenant(2).id)).is_empty());
    }

    #[test]
    fn a_tenant_whose_owner_does_not_exist_is_not_stored() {
        let db = migrated();
        let acme = tenant(1);
        let nobody = UserId::new(Timestamp::from_ms(0), [9; 10]);
        assert!(block_on(db.batch(Scope::System, insert(&acme, nobody))).is_err());
        assert!(query(&db, get(acme.id)).is_empty());
    }

    #[test]
    fn a_person_sees_its_own_tenants_and_the_operator_all_page_by_page() {
        let db = migrated();
        let (ada, grace) = (person(&db, 1), person(&db, 2));
        let all: Vec<Tenant> = (1..=3).map(tenant).collect();
        store(&db, &all[0], ada);
        store(&db, &all[1], grace);
        store(&db, &all[2], ada);
        let read_all = |rows: Rows| rows.iter().map(|row| read_with_role(row).unwrap()).collect::<Vec<_>>();
        let first = Ask { limit: 1, after: String::new() };
        let own = read_all(query(&db, list_by_user(ada, &Filter::default(), &first)));
        assert_eq!(own, [all[0].clone(), all[2].clone()]);
        let second = Ask { limit: 1, after: all[0].id.to_string() };
        assert_eq!(read_all(query(&db, list_by_user(ada, &Filter::default(), &second))), [all[2].clone()]);
        let seen = read_all(query(&db, list(&Filter::default(), &Ask { limit: 5, after: String::new() })));
        assert_eq!(
            seen.iter().map(|tenant| tenant.id).collect::<Vec<_>>(),
            [all[0].id, all[1].id, all[2].id]
        );
        assert!(seen.iter().all(|tenant| tenant.role.is_none()));
    }
}
