//! Where the buckets of rate limits are: in the database, or in a Redis.

/// A kind of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the database, beside everything else: a call is one statement.
    Database,
    /// In a Redis or a Valkey, which all instances share.
    Redis,
}

/// What to write, for whoever wrote something else.
pub const KIND_EXPECTED: &str = "where the buckets of rate limits are, `database` or `redis`";
/// The same about the address of a Redis. What was written isn't repeated: there may be a password in it.
pub const REDIS_URL_EXPECTED: &str =
    "the address of the Redis that the buckets are in, redis://host:port, or rediss://host:port for TLS";

impl Kind {
    /// Reads a kind; none for what is no such word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "database" => Some(Self::Database),
            "redis" => Some(Self::Redis),
            _ => None,
        }
    }
}

/// Whether it looks like the address of a Redis; whether it is one is seen when it is called.
#[must_use]
pub fn is_redis_url(text: &str) -> bool {
    let rest = text.strip_prefix("redis://").or_else(|| text.strip_prefix("rediss://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_one_of_two_words_and_an_address_names_its_scheme_and_a_host() {
        assert_eq!(
            (Kind::parse("database"), Kind::parse("redis")),
            (Some(Kind::Database), Some(Kind::Redis))
        );
        assert_eq!(Kind::parse("valkey"), None);
        assert!(is_redis_url("redis://ada:secret@host:6379/1") && is_redis_url("rediss://host:6379"));
        for text in
            ["", "host:6379", "redis://", "redis:///1", "valkey://host", "redis+unix:///run/redis.sock"]
        {
            assert!(!is_redis_url(text), "{text}");
        }
    }
}
