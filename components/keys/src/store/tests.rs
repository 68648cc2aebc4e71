//! The statements on keys, on a real schema.

use futures::executor::block_on;
use insula_domain::scope::Scope as KeyScope;
use insula_kit::id::UserId;
use insula_kit::sql::memory::Memory;
use insula_kit::sql::{Db, Error, Rows, Scope};

use super::*;

struct World {
    db: Db,
    acme: TenantId,
    rival: TenantId,
    ada: UserId,
}

impl World {
    fn new() -> Self {
        let at = Timestamp::from_ms(0);
        let world = Self {
            db: Db::Memory(Memory::migrated().unwrap()),
            acme: TenantId::new(at, [1; 10]),
            rival: TenantId::new(at, [2; 10]),
            ada: UserId::new(at, [3; 10]),
        };
        let person = "insert into user_account (id, email, password, created_at_ms) values ($1, 'a@b.org', '', 0) returning id";
        let tenant = "insert into tenant (id, name, state, plan, created_at_ms) values ($1, 'A', 'active', 'free', 0) returning id";
        world.query(Statement::new(person, params![world.ada]));
        world.query(Statement::new(tenant, params![world.acme]));
        world.query(Statement::new(tenant, params![world.rival]));
        world
    }

    fn query(&self, statement: Statement) -> Rows {
        block_on(self.db.query(Scope::System, statement)).unwrap()
    }

    fn insert(&self, tenant_id: TenantId, key: &ApiKey) -> Result<(), Error> {
        block_on(self.db.batch(Scope::Tenant(tenant_id), insert(tenant_id, key, "digest", None))).map(|_| ())
    }

    fn key(&self, number: u16) -> ApiKey {
        let at = Timestamp::from_ms(number.into());
        let [high, low] = number.to_be_bytes();
        ApiKey {
            id: KeyId::new(at, [high, low, 0, 0, 0, 0, 0, 0, 0, 0]),
            created_by: self.ada,
            settings: Settings {
                name: "CI".to_owned(),
                scopes: vec![KeyScope::Read, KeyScope::Analyze],
                expires_at: number.is_multiple_of(3).then(|| at.plus_ms(1)),
                limit: number.is_multiple_of(2).then(|| RateLimit::parse("5/hour").unwrap()),
                networks: number.is_multiple_of(2).then(|| Networks::from_text("10.0.0.0/8 ::1/128")),
                metadata: if number.is_multiple_of(2) {
                    [("a".to_owned(), "\"b".to_owned())].into()
                } else {
                    BTreeMap::new()
                },
            },
            live: number.is_multiple_of(2),
            imported: false,
            created_at: at,
            revoked: None,
            successor: None,
            last_used_at: None,
            version: 0,
            limit_root: None,
            is_limited: false,
            bounds_role: Role::Admin,
            creator_role: None,
        }
    }
}

#[test]
fn a_key_is_read_as_it_was_stored() {
    let world = World::new();
    for number in [1, 6] {
        let key = world.key(number);
        world.insert(world.acme, &key).unwrap();
        assert_eq!(read(&world.query(get(world.acme, key.id))[0]).unwrap(), key);
    }
}

#[test]
fn another_tenants_key_is_neither_read_nor_listed_nor_revoked() {
    let world = World::new();
    let key = world.key(1);
    world.insert(world.acme, &key).unwrap();
    let first = Ask { limit: 50, after: String::new() };
    assert!(world.query(get(world.rival, key.id)).is_empty());
    assert!(world.query(list(world.rival, &first)).is_empty());
    assert!(world.query(revoke(world.rival, key.id, Timestamp::from_ms(9))).is_empty());
    assert_eq!(read(&world.query(get(world.acme, key.id))[0]).unwrap().revoked, None);
}

#[test]
fn a_list_holds_revoked_keys_and_goes_on_after_its_cursor() {
    let world = World::new();
    let keys: Vec<ApiKey> = (1..=3).map(|number| world.key(number)).collect();
    for key in &keys {
        world.insert(world.acme, key).unwrap();
    }
    world.query(revoke(world.acme, keys[1].id, Timestamp::from_ms(9)));
    let after = Ask { limit: 50, after: keys[0].id.to_string() };
    let rows = world.query(list(world.acme, &after));
    let listed: Vec<ApiKey> = rows.iter().map(|row| read(row).unwrap()).collect();
    let revoked = ApiKey { revoked: Some((Timestamp::from_ms(9), Reason::Request)), ..keys[1].clone() };
    assert_eq!(listed, [revoked, keys[2].clone()]);
}

#[test]
fn a_second_revocation_changes_nothing_and_an_absent_key_is_told() {
    let world = World::new();
    let key = world.key(1);
    world.insert(world.acme, &key).unwrap();
    for at in [5, 6] {
        let rows = world.query(revoke(world.acme, key.id, Timestamp::from_ms(at)));
        assert_eq!(rows.len(), usize::from(at == 5));
    }
    let stored = read(&world.query(get(world.acme, key.id))[0]).unwrap();
    assert_eq!(stored.revoked, Some((Timestamp::from_ms(5), Reason::Request)));
    assert!(world.query(revoke(world.acme, world.key(2).id, Timestamp::from_ms(7))).is_empty());
}

#[test]
fn the_key_above_the_limit_is_refused_until_one_is_revoked() {
    let world = World::new();
    let limit = u16::try_from(UNREVOKED_LIMIT).unwrap();
    for number in 0..limit {
        world.insert(world.acme, &world.key(number)).unwrap();
    }
    let more = world.key(limit);
    assert!(matches!(world.insert(world.acme, &more), Err(Error::Refused(1))));
    assert!(world.query(get(world.acme, more.id)).is_empty());
    assert!(world.insert(world.rival, &world.key(limit + 1)).is_ok());
    world.query(revoke(world.acme, world.key(7).id, Timestamp::from_ms(1)));
    assert!(world.insert(world.acme, &more).is_ok());
}

#[test]
fn an_absent_tenant_gets_no_key() {
    let world = World::new();
    let absent = TenantId::new(Timestamp::from_ms(0), [9; 10]);
    assert!(matches!(world.insert(absent, &world.key(1)), Err(Error::Refused(0))));
}
