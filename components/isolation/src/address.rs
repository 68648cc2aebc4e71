//! The address of a tenant's own database, as the operator gives it. Pure.
//!
//! One form alone: `postgres://user[:password]@host[:port]/database[?sslmode=…]`. What else a PostgreSQL client reads from an
//! address, such as several hosts, a socket, an address beside the name, or options of the session, says more than where the
//! database is, and two readers could read it differently; so it is refused.

use std::fmt;
use std::net::IpAddr;

use insula_kit::validate::FieldError;

/// Longer is no address of this form.
const LONGEST: usize = 1_000;

/// An address. It has no `Debug` of its own, so that it gets into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// For another form, and for one that leads over a network without TLS. What was sent is not in the error.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let form = || {
            wrong(
                "format",
                "must be `postgres://user:password@host:port/database`, and may end with `?sslmode=require`",
            )
        };
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let rest = rest.filter(|_| text.len() <= LONGEST).ok_or_else(form)?;
        let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
        let (authority, database) = place.split_once('/').ok_or_else(form)?;
        let (user, host) = authority.split_once('@').ok_or_else(form)?;
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let host = host_of(host).ok_or_else(form)?;
        let is_whole = !user.is_empty() && is_plain(user) && is_plain(password) && is_name(database);
        let is_encrypted = match query {
            None | Some("sslmode=prefer" | "sslmode=disable") => false,
            Some("sslmode=require") => true,
            Some(_) => return Err(form()),
        };
        if !is_whole {
            return Err(form());
        }
        if !is_encrypted && !is_near(host) {
            return Err(wrong(
                "plain",
                "must end with `?sslmode=require`: the host is not of this machine or a private network",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The same server and login, and another database.
    ///
    /// # Errors
    ///
    /// For what is no name of a database.
    pub fn with_database(&self, name: &str) -> Result<Self, FieldError> {
        let (place, query) = self.0.split_once('?').map_or((&*self.0, ""), |(place, query)| (place, query));
        let head = place.rsplit_once('/').map_or(place, |(head, _)| head);
        let mark = if query.is_empty() { "" } else { "?" };
        Self::parse(&format!("{head}/{name}{mark}{query}"))
    }

    /// The address, for whoever seals it or connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Address(..)")
    }
}

fn wrong(code: &'static str, why: &'static str) -> FieldError {
    FieldError::new("database_url", code, why)
}

/// The host of `host[:port]`.
fn host_of(text: &str) -> Option<&str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("5432"))?)
        }
        None => text.split_once(':').unwrap_or((text, "5432")),
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let is_valid =
        !host.is_empty() && host.bytes().all(is_host) && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_valid && port.parse::<u16>().is_ok_and(|port| port > 0)).then_some(host)
}

/// What a URL has unescaped in a name or a password; the rest is escaped.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$*+;=%".contains(&byte))
}

fn is_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&text.len()) && text.bytes().all(is_of_name)
}

/// Whether a host is this machine or in a private network. A name is as far as it can be: who it belongs to is not known.
fn is_near(host: &str) -> bool {
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_a_database_is_and_who_connects() {
        for text in [
            "postgres://ada:secret@127.0.0.1:55432/of_ada",
            "postgresql://ada@localhost/of-ada",
            "postgres://ada:s%40cret@10.1.2.3/x?sslmode=prefer",
            "postgres://ada:secret@[::1]:5433/x?sslmode=disable",
            "postgres://ada:secret@db.example/x?sslmode=require",
        ] {
            assert_eq!(Address::parse(text).unwrap().expose(), text);
        }
    }

    /// Protects the platform from an operator who pastes what somebody sent: nothing but a place gets in.
    #[test]
    fn what_says_more_than_that_is_refused_and_nothing_of_it_is_in_the_answer() {
        let long = format!("postgres://secret@localhost/{}", "x".repeat(LONGEST));
        for text in [
            "",
            "secret",
            "host=localhost user=secret dbname=x",
            "mysql://secret@localhost/x",
            "postgres://localhost/secret",
            "postgres://secret@localhost",
            "postgres://secret@localhost/",
            "postgres://:secret@localhost/x",
            "postgres://secret@/x",
            "postgres://secret@localhost:0/x",
            "postgres://secret@localhost:65536/x",
            "postgres://secret@localhost:/x",
            "postgres://secret@localhost,evil.example/x",
            "postgres://secret@localhost:5432,evil.example:5432/x",
            "postgres://secret@%2Frun%2Fpostgresql/x",
            "postgres://secret@/run/postgresql/x",
            "postgres://secret@localhost@evil.example/x",
            "postgres://secret@localhost/x/y",
            "postgres://secret@localhost/x y",
            "postgres://secret@localhost/x?host=evil.example",
            "postgres://secret@localhost/x?hostaddr=192.0.2.1",
            "postgres://secret@localhost/x?options=-c%20search_path%3Dpublic",
            "postgres://secret@localhost/x?sslmode=require&options=-csearch_path=public",
            "postgres://secret@localhost/x?sslmode=require&sslmode=disable",
            "postgres://secret@localhost/x?target_session_attrs=any",
            "postgres://secret@localhost/x?",
            "postgres://secret@localhost/x#y",
            "postgres://sec\nret@localhost/x",
            "postgres://secret@localhost\u{0}/x",
            "postgres://secret@[localhost]/x",
            "postgres://secret@[::1/x",
            &long,
        ] {
            let error = Address::parse(text).expect_err(text);
            assert_eq!((error.pointer.as_ref(), error.code), ("/database_url", "format"), "{text}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn who_is_reached_over_a_network_is_reached_with_tls() {
        for host in ["db.example", "192.0.2.7", "[2001:db8::1]", "localhost.example", "127.0.0.1.example"] {
            for query in ["", "?sslmode=prefer", "?sslmode=disable"] {
                let error = Address::parse(&format!("postgres://ada@{host}/x{query}")).unwrap_err();
                assert_eq!(error.code, "plain", "{host}{query}");
            }
            assert!(Address::parse(&format!("postgres://ada@{host}/x?sslmode=require")).is_ok(), "{host}");
        }
    }

    #[test]
    fn another_database_is_on_the_same_server_for_the_same_login() {
        let of = |text: &str| Address::parse(text).unwrap().with_database("t_1").unwrap();
        let tls = of("postgres://ada:s%40cret@db.example:5433/postgres?sslmode=require");
        assert_eq!(tls.expose(), "postgres://ada:s%40cret@db.example:5433/t_1?sslmode=require");
        assert_eq!(of("postgres://ada@localhost/postgres").expose(), "postgres://ada@localhost/t_1");
        assert!(Address::parse("postgres://ada@localhost/postgres").unwrap().with_database("a?b").is_err());
    }

    #[test]
    fn it_is_in_no_debug_output() {
        let address = Address::parse("postgres://ada:secret@localhost/x").unwrap();
        assert_eq!(format!("{:?}", Some(address)), "Some(Address(..))");
    }
}
