//! Which entries are asked for. Pure.

use insula_domain::action::Action;
use insula_kit::id::{Id, Kind};
use insula_kit::id::{Key, User};
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;

/// Kinds of actors that have no id.
const NAMELESS: [&str; 3] = ["operator", "system", "anonymous"];

/// Which entries; none of them asked for is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// By whom.
    pub actor: Option<Actor>,
    /// What was done.
    pub action: Option<Action>,
}

/// By whom something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person or a key.
    Id(String),
    /// One who has no id.
    Nameless(&'static str),
}

impl Actor {
    /// Reads an id or a kind.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        if let Some(kind) = NAMELESS.into_iter().find(|kind| *kind == text) {
            return Ok(Self::Nameless(kind));
        }
        (id::<User>(text).or_else(|| id::<Key>(text))).map(Self::Id).ok_or_else(|| {
            let expected = "must be the id of a person or of a key, or `operator`, `system` or `anonymous`";
            FieldError::query("actor", "unknown", expected)
        })
    }
}

/// Reads the word of an action.
pub fn action(text: &str) -> Result<Action, FieldError> {
    let found = Action::ALL.iter().find(|action| action.as_str() == text);
    found
        .copied()
        .ok_or_else(|| FieldError::query("action", "unknown", "must be an action, `key.created` for one"))
}

/// Reads a time.
pub fn time(name: &str, text: &str) -> Result<Timestamp, FieldError> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| {
        FieldError::query(name, "time", "must be a time as RFC 3339 writes it, with its offset")
    })
}

fn id<K: Kind>(text: &str) -> Option<String> {
    Id::<K>::parse(text).map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_an_id_or_a_kind_without_one() {
        let person = "usr_01h455vb4pex5vsknk084sn02q";
        assert_eq!(Actor::parse(person), Ok(Actor::Id(person.to_owned())));
        assert_eq!(Actor::parse("system"), Ok(Actor::Nameless("system")));
        for text in ["", "person", "api_key", "ten_01h455vb4pex5vsknk084sn02q", "%", "system\"}"] {
            assert!(Actor::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_word_of_the_table_is_an_action() {
        assert_eq!(action("key.created"), Ok(Action::KeyCreated));
        assert!(action("key.%").is_err() && action("").is_err());
    }
}
