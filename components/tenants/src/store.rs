//! Tenants in the database: the statements of `sql/`, and how their rows are read.

pub mod invitation;
pub mod limit;
pub mod member;
pub mod plan;
pub mod security;

use insula_domain::role::Role;
use insula_kit::id::{TenantId, UserId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};

use crate::tenant::{Name, OWNED_LIMIT, State, Tenant};

const INSERT: &str = include_str!("../sql/tenant_insert.sql");
const INSERT_OWNER: &str = include_str!("../sql/membership_insert_owner.sql");
const GET: &str = include_str!("../sql/tenant_get.sql");
const LIST: &str = include_str!("../sql/tenant_list.sql");
const LIST_BY_USER: &str = include_str!("../sql/tenant_list_by_user.sql");

/// The place of the statement in [`insert`] that finds too many tenants.
pub const OWNER: usize = 2;

/// Stores a tenant and its owner, both or neither. Tenants of one person are made one after another: without the lock,
/// two batches that run at once would count without each other's.
pub fn insert(tenant: &Tenant, owner_id: UserId) -> Vec<Statement> {
    let Tenant { id, name, state, plan, role: _, created_at } = tenant;
    vec![
        insula_turns::of_person(owner_id),
        Statement::required(INSERT, params![*id, name.as_str(), state.as_str(), plan, *created_at]),
        Statement::required(INSERT_OWNER, params![*id, *created_at, owner_id, OWNED_LIMIT]),
    ]
}

/// One tenant; its row is for [`read`].
pub fn get(id: TenantId) -> Statement {
    Statement::new(GET, params![id])
}

/// All tenants; the rows are for [`read_with_role`].
pub fn list(ask: &Ask) -> Statement {
    Statement::new(LIST, params![&ask.after, ask.rows()])
}

/// The tenants of one person; the rows are for [`read_with_role`].
pub fn list_by_user(user_id: UserId, ask: &Ask) -> Statement {
    Statement::new(LIST_BY_USER, params![user_id, &ask.after, ask.rows()])
}

/// Reads a tenant whose reader is known to have that role there.
pub fn read(row: &Row, role: Option<Role>) -> Result<Tenant, sql::Error> {
    Ok(Tenant {
        id: row.id("id")?,
        name: Name::stored(row.text("name")?),
        state: row.word("state", State::parse)?,
        plan: row.text("plan")?,
        role,
        created_at: row.time("created_at_ms")?,
    })
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
    use insula_kit::time::Timestamp;

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
            state: State::Active,
            plan: "free".to_owned(),
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
        let own = read_all(query(&db, list_by_user(ada, &first)));
        assert_eq!(own, [all[0].clone(), all[2].clone()]);
        let second = Ask { limit: 1, after: all[0].id.to_string() };
        assert_eq!(read_all(query(&db, list_by_user(ada, &second))), [all[2].clone()]);
        let seen = read_all(query(&db, list(&Ask { limit: 5, after: String::new() })));
        assert_eq!(
            seen.iter().map(|tenant| tenant.id).collect::<Vec<_>>(),
            [all[0].id, all[1].id, all[2].id]
        );
        assert!(seen.iter().all(|tenant| tenant.role.is_none()));
    }
}
