//! What a tenant is, and the rules that its parts obey. Pure: no I/O, no clock.

use insula_domain::role::Role;
use insula_kit::id::TenantId;
use insula_kit::time::Timestamp;
use insula_kit::validate::{self, FieldError};

/// The most tenants that a person may own.
pub const OWNED_LIMIT: i64 = 20;

/// The plan of a tenant that nobody has paid for.
pub const FIRST_PLAN: &str = "free";

/// A tenant, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: Name,
    pub state: State,
    pub plan: String,
    /// What the reader is there; none for the operator.
    pub role: Option<Role>,
    pub created_at: Timestamp,
}

/// Whether calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They are.
    Active,
    /// They are refused.
    Suspended,
}

impl State {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|state| state.as_str() == text)
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

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in [State::Active, State::Suspended] {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("deleted"), None);
    }
}
