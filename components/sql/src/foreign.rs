//! What a tenant's scope keeps out before a statement reaches the database: rows that it asks for by another tenant's id. On
//! PostgreSQL row-level security would show none of them; SQLite has nothing of the kind.
//!
//! It looks at what a statement compares with `tenant_id = $n`, the one way to write it (`tests/contracts/scope.rs` sees to
//! that, and that each statement on rows of tenants does). What is inserted, and a tenant that is found by its own id, it
//! doesn't see.

use crate::statement::{Param, Statement};
use crate::{Error, Scope};

const NAMED: &str = "tenant_id = $";

/// Refuses a batch for a tenant that asks by another one's id.
pub fn ensure(scope: Scope, statements: &[Statement]) -> Result<(), Error> {
    let Scope::Tenant(id) = scope else { return Ok(()) };
    let own = id.to_string();
    let is_own = |value: Option<&Param>| matches!(value, Some(Param::Text(Some(text))) if *text == own);
    let asks =
        |statement: &Statement| places(statement.text).all(|place| is_own(statement.params.get(place)));
    if statements.iter().all(asks) { Ok(()) } else { Err(Error::Foreign) }
}

/// The places of the parameters that a tenant's id is compared with, counted from 0.
fn places(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices(NAMED).map(|(at, _)| {
        let digits = text[at + NAMED.len()..].bytes().take_while(u8::is_ascii_digit);
        let number = digits.fold(0_usize, |number, digit| number * 10 + usize::from(digit - b'0'));
        number.saturating_sub(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{TenantId, UserId};
    use crate::params;
    use crate::time::Timestamp;

    const ONE: &str = "select id from report where id = $1 and tenant_id = $2";
    const TWO: &str = "delete from report where tenant_id = $1 or r.tenant_id = $11";

    #[test]
    fn a_batch_for_a_tenant_asks_by_its_own_id_everywhere_or_not_at_all() {
        let id = |number: u8| TenantId::new(Timestamp::from_ms(0), [number; 10]);
        let (own, other) = (id(1), id(2));
        let one = |tenant: TenantId| Statement::new(ONE, params![other, tenant]);
        let passes = |scope, statements: &[Statement]| ensure(scope, statements).is_ok();
        assert!(passes(Scope::Tenant(own), &[one(own), Statement::new("select 1", vec![])]));
        assert!(!passes(Scope::Tenant(own), &[one(own), one(other)]));
        assert!(!passes(Scope::Tenant(own), &[Statement::new(ONE, params![own, Option::<String>::None])]));
        assert!(!passes(Scope::Tenant(own), &[Statement::new(ONE, params![own])]));
        let mut ten = params![own, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        ten.push(Param::from(own));
        assert!(passes(Scope::Tenant(own), &[Statement::new(TWO, ten.clone())]));
        ten[10] = Param::from(other);
        assert!(!passes(Scope::Tenant(own), &[Statement::new(TWO, ten)]));
        for wider in
            [Scope::System, Scope::Operator, Scope::Person(UserId::new(Timestamp::from_ms(0), [1; 10]))]
        {
            assert!(passes(wider, &[one(other)]));
        }
    }
}
