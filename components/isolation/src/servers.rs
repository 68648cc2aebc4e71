//! For each region the server on which a tenant there gets a database of its own. Pure.

use std::collections::BTreeMap;

use crate::address::Address;

/// The servers, by their regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers(BTreeMap<String, Address>);

/// What the setting says can't be read. It holds passwords, so nothing of it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`tenant_database_servers` is not JSON of regions, each with the address of a PostgreSQL server")]
pub struct Unreadable;

impl Servers {
    /// Reads the setting; nothing is none.
    ///
    /// # Errors
    ///
    /// [`Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let read: BTreeMap<String, String> = serde_json::from_str(text).map_err(|_| Unreadable)?;
        let servers = read.into_iter().map(|(region, address)| Ok((region, Address::parse(&address)?)));
        servers.collect::<Result<_, insula_kit::validate::FieldError>>().map(Self).map_err(|_| Unreadable)
    }

    /// The server of a region.
    #[must_use]
    pub fn of(&self, region: &str) -> Option<&Address> {
        self.0.get(region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_server_and_no_other_has_one() {
        let text =
            r#"{"eu": "postgres://a@10.0.0.1/postgres", "us": "postgres://b@db.example/x?sslmode=require"}"#;
        let servers = Servers::parse(text).unwrap();
        assert_eq!(servers.of("eu").unwrap().expose(), "postgres://a@10.0.0.1/postgres");
        assert!(servers.of("us").is_some() && servers.of("asia").is_none() && servers.of("").is_none());
        assert_eq!(Servers::parse(" "), Ok(Servers::default()));
    }

    #[test]
    fn what_cannot_be_read_is_not_guessed_and_not_repeated() {
        for text in
            ["x", "[]", r#"{"eu": 1}"#, r#"{"eu": "secret"}"#, r#"{"eu": "postgres://secret@db.example/x"}"#]
        {
            let error = Servers::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{text}");
        }
    }
}
