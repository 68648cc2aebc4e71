//! The statements on people and sessions, on a real schema.

use futures::executor::block_on;
use insula_domain::isolation::Isolation;
use insula_kit::sql::memory::Memory;
use insula_kit::sql::{Db, Error, Rows, Scope};
use insula_kit::time::Timestamp;

use super::*;

fn migrated() -> Db {
    Db::Memory(Memory::migrated().unwrap())
}

fn batch(db: &Db, statements: Vec<Statement>) -> Result<Vec<Rows>, Error> {
    block_on(db.batch(Scope::System, statements))
}

fn query(db: &Db, statement: Statement) -> Rows {
    batch(db, vec![statement]).unwrap().remove(0)
}

fn email(text: &str) -> Email {
    Email::parse(text).ok().unwrap()
}

fn person(number: u8, address: &str) -> Person {
    let created_at = Timestamp::from_ms(number.into());
    Person {
        id: UserId::new(created_at, [number; 10]),
        email: email(address),
        name: None,
        email_verified: false,
        created_at,
    }
}

fn tenant(number: u8) -> FirstTenant {
    let created_at = Timestamp::from_ms(number.into());
    let id = TenantId::new(created_at, [number; 10]);
    FirstTenant { id, name: format!("Tenant {number}"), isolation: Isolation::Shared, created_at }
}

fn hash() -> PasswordHash {
    PasswordHash::stored("the hash".to_owned())
}

fn known(db: &Db, address: &str, wanted: Wanted) -> Option<Known> {
    let rows = query(db, get_by_email(Some(&email(address)), wanted));
    rows.first().map(|row| read_known(row).unwrap())
}

#[test]
fn a_person_who_registers_with_a_tenant_owns_it() {
    let db = migrated();
    let (ada, acme) = (person(1, "ada@example.org"), tenant(1));
    batch(&db, insert(&ada, &hash(), Some(&acme))).unwrap();
    let rows = batch(&db, get(ada.id)).unwrap();
    let stored = read_person(&rows[0][0]).unwrap();
    assert!(stored.id == ada.id && stored.email == ada.email && stored.created_at == ada.created_at);
    let expected = Membership { tenant_id: acme.id, name: acme.name, role: Role::Owner };
    assert_eq!(rows[1].iter().map(|row| read_membership(row).unwrap()).collect::<Vec<_>>(), [expected]);
}

#[test]
fn a_taken_address_is_a_conflict_and_changes_nothing() {
    let db = migrated();
    batch(&db, insert(&person(1, "ada@example.org"), &hash(), None)).unwrap();
    let second = insert(&person(2, "ADA@example.org"), &hash(), Some(&tenant(2)));
    assert!(matches!(batch(&db, second), Err(Error::Refused(PERSON))));
    let tenants = query(&db, Statement::new("select id from tenant", Vec::new()));
    assert!(tenants.is_empty());
    assert_eq!(known(&db, "ada@example.org", Wanted::First).unwrap().user_id, person(1, "a@b.org").id);
}

#[test]
fn a_login_finds_the_first_tenant_or_the_one_that_is_asked_for() {
    let db = migrated();
    let (ada, grace) = (person(1, "ada@example.org"), person(2, "grace@example.org"));
    batch(&db, insert(&ada, &hash(), Some(&tenant(2)))).unwrap();
    batch(&db, insert(&grace, &hash(), Some(&tenant(1)))).unwrap();
    let join = "insert into membership (tenant_id, user_id, role, created_at_ms) values ($1, $2, 'viewer', 0) returning role";
    query(&db, Statement::new(join, params![tenant(1).id, ada.id]));
    let membership = |wanted| known(&db, "ada@example.org", wanted).unwrap().membership;
    assert_eq!(membership(Wanted::First), Some((tenant(1).id, Role::Viewer)));
    assert_eq!(membership(Wanted::This(tenant(2).id)), Some((tenant(2).id, Role::Owner)));
    assert_eq!(membership(Wanted::Impossible), None);
}

#[test]
fn another_persons_tenant_and_an_absent_one_look_the_same() {
    let db = migrated();
    let ada = person(1, "ada@example.org");
    batch(&db, insert(&ada, &hash(), Some(&tenant(1)))).unwrap();
    batch(&db, insert(&person(2, "grace@example.org"), &hash(), Some(&tenant(2)))).unwrap();
    for id in [tenant(2).id, tenant(3).id] {
        let known = known(&db, "ada@example.org", Wanted::This(id)).unwrap();
        assert!(known.user_id == ada.id && known.membership.is_none());
    }
}

#[test]
fn an_unknown_address_and_one_of_wrong_syntax_are_nobodys() {
    let db = migrated();
    batch(&db, insert(&person(1, "ada@example.org"), &hash(), None)).unwrap();
    assert!(known(&db, "grace@example.org", Wanted::First).is_none());
    assert!(query(&db, get_by_email(None, Wanted::First)).is_empty());
    assert!(known(&db, "ada@example.org", Wanted::First).unwrap().membership.is_none());
}
