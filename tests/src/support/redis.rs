//! Where the buckets of an application are that is under test: in its database, or in a Redis database of its own on the
//! server that the tests were given.

use std::collections::BTreeMap;

use redis::{Client, Commands as _, Connection, cmd};

/// How many databases the server has, as `cargo xtask test` starts it. Each application under test takes the next one;
/// the first is for counting them.
pub const DATABASES: u32 = 4_096;

/// A database of a Redis server.
#[derive(Clone, Debug)]
pub struct Redis {
    address: String,
}

/// The address of the server, if the buckets are in Redis: `INSULA_TEST_BUCKETS=redis`, and its address in
/// `INSULA_TEST_REDIS`, as `cargo xtask test` sets them.
#[must_use]
pub fn redis_address() -> Option<String> {
    match std::env::var("INSULA_TEST_BUCKETS").as_deref() {
        Ok("redis") => Some(
            std::env::var("INSULA_TEST_REDIS")
                .expect("INSULA_TEST_REDIS: run `cargo xtask test --redis`, which starts a server"),
        ),
        Ok("database") | Err(_) => None,
        Ok(other) => panic!("INSULA_TEST_BUCKETS is `{other}`: it must be `database` or `redis`"),
    }
}

/// For a test of what only Redis has. Its name ends in `_on_redis`, by which `cargo xtask test` leaves it out elsewhere.
///
/// # Panics
///
/// When the buckets aren't in Redis: a test that did nothing must not look like one that passed.
pub fn only_on_redis() {
    assert!(redis_address().is_some(), "this test is for Redis: run `cargo xtask test --redis`");
}

impl Redis {
    /// An empty database on the server under test, if there is one.
    #[must_use]
    pub fn under_test() -> Option<Self> {
        let server = redis_address()?;
        let number: u32 = Self { address: server.clone() }.connect().incr("databases", 1).expect("a number");
        let redis = Self { address: format!("{server}/{}", 1 + number % (DATABASES - 1)) };
        redis.clear();
        Some(redis)
    }

    /// The only database that anybody uses of that server, `redis://host:port`.
    #[must_use]
    pub fn of(server: &str) -> Self {
        Self { address: server.to_owned() }
    }

    /// What an application is told.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let host = self.address.trim_start_matches("redis://").split('/').next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default().to_owned();
        [("bucket_storage", "redis".to_owned()), ("redis_url", self.address.clone()), ("redis_host", host)]
    }

    /// Every bucket with its level, as the database would show them: by its id, sorted.
    #[must_use]
    pub fn buckets(&self) -> Vec<Vec<String>> {
        let mut connection = self.connect();
        let mut buckets = BTreeMap::new();
        for key in self.keys() {
            let stored: String = connection.get(&key).expect("a bucket");
            let id = key.strip_prefix("insula:bucket:{").expect("the key of a bucket").replacen('}', "", 1);
            buckets.insert(id, stored.split(' ').next().unwrap_or_default().to_owned());
        }
        buckets.into_iter().map(|(id, level)| vec![id, level]).collect()
    }

    /// Every key.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.connect().keys("*").expect("the keys")
    }

    /// Removes everything.
    pub fn clear(&self) {
        self.run(&["FLUSHDB"]);
    }

    /// Runs any command, as an operator at the server would.
    pub fn run(&self, words: &[&str]) -> redis::Value {
        let mut command = cmd(words[0]);
        command.arg(&words[1..]).query(&mut self.connect()).expect(words[0])
    }

    fn connect(&self) -> Connection {
        let client = Client::open(self.address.as_str()).expect("INSULA_TEST_REDIS is redis://host:port");
        client.get_connection().unwrap_or_else(|error| panic!("the Redis of the tests: {error}"))
    }
}
