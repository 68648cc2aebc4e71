//! What a tenant is, and the rules that its parts obey. Pure: no I/O, no clock.

use std::collections::BTreeMap;

use insula_domain::isolation::Isolation;
use insula_domain::lifecycle::{self, Event, State};
use insula_domain::role::Role;
use insula_isolation::address::Address;
use insula_kit::Patch;
use insula_kit::id::TenantId;
use insula_kit::time::Timestamp;
use insula_kit::validate::{self, FieldError};

use crate::error::Error;

/// The most tenants that a person may own.
pub const OWNED_LIMIT: i64 = 20;

/// The plan of a tenant that nobody has paid for.
pub const FIRST_PLAN: &str = "free";

/// A tenant, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: Name,
    pub standing: Standing,
    pub plan: String,
    pub region: Option<Region>,
    /// How its product data is kept apart.
    pub isolation: Isolation,
    pub settings: BTreeMap<String, String>,
    /// How often it was changed.
    pub version: i64,
    /// What the reader is there; none for the operator.
    pub role: Option<Role>,
    pub created_at: Timestamp,
}

/// What a tenant was last made, by whom and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    /// Who brought it there; none where nobody did after it was made.
    pub by: Option<Actor>,
    pub reason: Option<Reason>,
}

/// Who changes the state of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// One of its own people.
    Member,
    /// The operator.
    Operator,
}

impl Actor {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Operator => "operator",
        }
    }

    /// The actor of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Operator].into_iter().find(|actor| actor.as_str() == text)
    }
}

/// Where `event` leads a tenant, if `actor` may have it happen. What the operator has suspended is the operator's, and it
/// may take over what a member has suspended.
pub fn next(standing: &Standing, event: Event, actor: Actor) -> Result<State, Error> {
    let suspended_by = standing.by.filter(|_| standing.state == State::Suspended);
    match (suspended_by, actor, event) {
        (Some(Actor::Operator), Actor::Member, Event::Activate | Event::Deprovision) => {
            Err(Error::SuspendedByOperator)
        }
        (Some(Actor::Member), Actor::Operator, Event::Suspend) => Ok(State::Suspended),
        _ => lifecycle::next(standing.state, event).map_err(Error::InvalidTransition),
    }
}

/// Why the state of a tenant was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Reads a reason that somebody gave: 1 to 500 characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        validate::line("reason", text, 1, 500).map(Self)
    }

    /// A reason that was stored.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a tenant's data shall be: a name that the operator gives its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Reads a region: 1 to 40 of `a-z 0-9 -`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(valid) {
            return Ok(Self(text.to_owned()));
        }
        Err(FieldError::new("region", "format", "must be 1 to 40 of the characters a-z 0-9 -"))
    }

    /// A region that was stored.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which tenants of a list; of each kind any where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<State>,
    pub plan: Option<String>,
    pub region: Option<Region>,
}

/// What shall be another of a tenant.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: Option<Name>,
    /// The operator's choice alone: who pays is another question.
    pub plan: Option<String>,
    pub region: Patch<Region>,
    pub isolation: Option<Isolation>,
    /// Where its own database is: the operator's choice alone.
    pub database: Option<Address>,
    pub settings: Option<BTreeMap<String, String>>,
}

impl Change {
    /// The tenant as it shall be.
    pub fn apply(&self, present: &Tenant) -> Tenant {
        Tenant {
            name: self.name.clone().unwrap_or_else(|| present.name.clone()),
            plan: self.plan.clone().unwrap_or_else(|| present.plan.clone()),
            region: self.region.clone().apply(present.region.clone()),
            isolation: self.isolation.unwrap_or(present.isolation),
            settings: self.settings.clone().unwrap_or_else(|| present.settings.clone()),
            version: present.version + 1,
            ..present.clone()
        }
    }
}

/// What people call a tenant. Not unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads a name that somebody chose: 1 to 100 characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        validate::line("name", text, 1, 100).map(Self)
    }

    /// A name that was stored, and so was chosen under the rule of its day.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_1_to_100_characters() {
        assert_eq!(Name::parse(" Acme \u{e9} ").unwrap().as_str(), "Acme \u{e9}");
        assert!(Name::parse(&"\u{e9}".repeat(100)).is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(Name::parse(bad).unwrap_err().pointer, "/name", "{bad:?}");
        }
    }

    fn standing(state: State, by: Option<Actor>) -> Standing {
        Standing { state, by, reason: None }
    }

    #[test]
    fn what_the_operator_has_suspended_is_the_operators() {
        let held = standing(State::Suspended, Some(Actor::Operator));
        for event in [Event::Activate, Event::Deprovision] {
            assert_eq!(next(&held, event, Actor::Member), Err(Error::SuspendedByOperator));
            assert!(next(&held, event, Actor::Operator).is_ok());
        }
        let own = standing(State::Suspended, Some(Actor::Member));
        assert_eq!(next(&own, Event::Activate, Actor::Member), Ok(State::Active));
        assert_eq!(next(&own, Event::Suspend, Actor::Operator), Ok(State::Suspended));
        assert!(next(&own, Event::Suspend, Actor::Member).is_err());
        let once = standing(State::Active, Some(Actor::Operator));
        assert_eq!(next(&once, Event::Suspend, Actor::Member), Ok(State::Suspended));
    }

    #[test]
    fn a_region_is_a_short_plain_word() {
        assert_eq!(Region::parse("eu-central-1").unwrap().as_str(), "eu-central-1");
        for bad in ["", "EU", "a b", "a/b", &"x".repeat(41)] {
            assert_eq!(Region::parse(bad).unwrap_err().pointer, "/region", "{bad:?}");
        }
    }
}
