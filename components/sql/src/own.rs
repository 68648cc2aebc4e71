//! A tenant's own database: another PostgreSQL, which the platform's batches don't reach.
//!
//! Every use is one call of a function that [`insula_migrations::own_database`] makes there, and so one transaction of its
//! own. What changes something has an id, and is done once however often it is asked for. Each call names the tenant, and a
//! database that isn't that tenant's refuses it, wherever the address leads. No failure has the address in it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::postgres::own::{self, FOREIGN, Whose};
use crate::row::Rows;
use crate::statement::Statement;
use crate::{Error, Visit, numbering, postgres};

/// What a database refuses that is the platform's own.
const PLATFORM: &str = "SQLSTATE IN010";
/// What a database says to who may not make what is needed.
const FORBIDDEN: &str = "SQLSTATE 42501";

/// What a database says that has nothing of what is made there.
const ABSENT: [&str; 3] = ["SQLSTATE 3F000", "SQLSTATE 42883", "SQLSTATE 42P01"];

const IDENTITY: &str = "select identity from home";
// Of what was done there something is always remembered: the last of it.
const USED: &str = "select 1 as used from applied limit 1";

/// What a server says that has such a database already, or is just making it.
const EXISTS: &str = "SQLSTATE 42P04";
const BEING_MADE: &str = "SQLSTATE 23505";

/// A tenant's own database, by its address.
#[derive(Clone)]
pub struct Own {
    address: String,
    tenant_id: String,
    /// Empty before it is known.
    identity: String,
}

/// Why a database can't become a tenant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It can't be reached.
    Unreachable,
    /// It is the platform's.
    Platform,
    /// It is another tenant's, or has a schema of that name from elsewhere.
    Foreign,
    /// Who connects may not make what is needed.
    Forbidden,
    /// Something else failed.
    Failed,
}

/// What is to be done in a tenant's own database: texts with their arguments, as they can be kept until it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    texts: Vec<String>,
    arguments: Vec<Option<String>>,
}

impl Work {
    /// The work of these statements, in their order.
    #[must_use]
    pub fn of<'a>(statements: impl IntoIterator<Item = &'a Statement>) -> Self {
        let mut work = Self { texts: Vec::new(), arguments: Vec::new() };
        for Statement { text, params, .. } in statements {
            work.texts.push(numbering::place(text, params, work.arguments.len()));
            work.arguments.extend(params.iter().map(numbering::argument));
        }
        work
    }

    fn texts(&self) -> Vec<Option<String>> {
        self.texts.iter().cloned().map(Some).collect()
    }
}

impl Own {
    /// The database of that tenant at that address.
    #[must_use]
    pub fn new(address: String, tenant_id: TenantId) -> Self {
        Self { address, tenant_id: tenant_id.to_string(), identity: String::new() }
    }

    /// The same, and the one of that [identity](Self::identity): what is there instead, because the address leads elsewhere or
    /// it was made anew, is neither read nor written. [Making](Self::make) it asks for the tenant alone.
    #[must_use]
    pub fn known_as(self, identity: String) -> Self {
        Self { identity, ..self }
    }

    fn whose(&self) -> Whose<'_> {
        Whose { address: &self.address, tenant_id: &self.tenant_id, identity: &self.identity }
    }

    /// Makes it what it has to be, or brings it up to date. Returns the newest tenant's step, which it then has.
    ///
    /// # Errors
    ///
    /// See [`Unfit`]; nothing was made.
    pub fn make(&self) -> Result<i64, Unfit> {
        let text = insula_migrations::own_database(&self.tenant_id);
        postgres::run_alone(&self.address, &text).map_err(unfit)?;
        Ok(insula_migrations::newest_of_tenants().into())
    }

    /// Makes the database on the server that `server` leads to, if it isn't there.
    ///
    /// # Errors
    ///
    /// See [`Unfit`].
    pub fn create(server: &str, name: &str) -> Result<(), Unfit> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.bytes().all(is_plain) {
            return Err(Unfit::Failed);
        }
        match postgres::run_alone(
            server,
            &format!("create database {name} template template0 encoding 'UTF8'"),
        ) {
            Ok(()) => Ok(()),
            // It is there, or somebody makes it at this moment.
            Err(Error::Statement(code)) if [EXISTS, BEING_MADE].contains(&code.as_str()) => Ok(()),
            Err(error) => Err(unfit(error)),
        }
    }

    /// Removes all that was made there, with what is in it, if it is still the database of that [identity](Self::identity):
    /// whoever was slow must not remove what was made since.
    ///
    /// # Errors
    ///
    /// See [`Unfit`]; nothing was removed. Of a [foreign](Unfit::Foreign) one there is nothing of this tenant to remove.
    pub fn leave(&self, identity: &str) -> Result<(), Unfit> {
        if !is_identity(identity) {
            return Err(Unfit::Foreign);
        }
        let text = insula_migrations::leave_own_database(&self.tenant_id, identity);
        postgres::run_alone(&self.address, &text).map_err(unfit)
    }

    /// Reads, and can do nothing else: the rows of each statement.
    ///
    /// # Errors
    ///
    /// As of a batch; a tenant's database that is away is [`Error::Unreachable`].
    pub fn read<'a>(&self, statements: impl IntoIterator<Item = &'a Statement>) -> Result<Vec<Rows>, Error> {
        let work = Work::of(statements);
        own::read(self.whose(), work.texts(), work.arguments).map_err(nameless)
    }

    /// What tells it from any other database, whatever its address.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn identity(&self) -> Result<String, Error> {
        let found = self.read(&[Statement::new(IDENTITY, Vec::new())])?;
        let identity =
            found.first().and_then(|rows| rows.first()).map(|row| row.text("identity")).transpose()?;
        identity.filter(|identity| is_identity(identity)).ok_or_else(|| Error::Decode("identity".to_owned()))
    }

    /// Whether anything was ever brought there.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn is_used(&self) -> Result<bool, Error> {
        let found = self.read(&[Statement::new(USED, Vec::new())])?;
        Ok(found.first().is_some_and(|rows| !rows.is_empty()))
    }

    /// How a statement would find its rows.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn explain(&self, statement: &Statement) -> Result<Vec<Visit>, Error> {
        let work = Work::of([statement]);
        own::explain(self.whose(), work.texts(), work.arguments).map_err(nameless)
    }

    /// Does the work of that id, unless it was done.
    ///
    /// # Errors
    ///
    /// As [`Self::read`]; then it may have been done, and can be asked for again.
    pub fn apply(&self, id: &str, work: Work) -> Result<(), Error> {
        let texts = work.texts();
        own::apply(self.whose(), id, texts, work.arguments).map_err(nameless)
    }

    /// Takes rows that were elsewhere, unless it did.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn take(&self, id: &str, table: &str, rows: String) -> Result<(), Error> {
        own::take(self.whose(), id, table, rows).map_err(nameless)
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Own").field("tenant_id", &self.tenant_id).finish_non_exhaustive()
    }
}

/// Whether it is written as a UUID is, as what makes it writes it: whose server it is could say anything.
fn is_identity(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn unfit(error: Error) -> Unfit {
    match error {
        Error::Unreachable(_) | Error::Busy => Unfit::Unreachable,
        Error::Statement(code) if code == PLATFORM => Unfit::Platform,
        Error::Statement(code) if code == FOREIGN => Unfit::Foreign,
        Error::Statement(code) if code == FORBIDDEN => Unfit::Forbidden,
        Error::Statement(_) | Error::Refused(_) | Error::Elsewhere | Error::Foreign | Error::Decode(_) => {
            Unfit::Failed
        }
    }
}

/// What failed, without the words of whoever knows the address.
fn nameless(error: Error) -> Error {
    match error {
        // Where it is not yet what it has to be, or no more: it is made so, or was just left.
        Error::Statement(code) if ABSENT.contains(&code.as_str()) => away(),
        Error::Statement(code) if code == FOREIGN => {
            Error::Unreachable("a tenant's own database, which is not as it was: another database".to_owned())
        }
        // Also what is busy: whose database it is decides for how long. And what only the platform's own says.
        Error::Unreachable(_) | Error::Busy | Error::Refused(_) | Error::Elsewhere | Error::Foreign => away(),
        // What it calls its columns is its own.
        Error::Decode(_) => Error::Decode("what a tenant's own database answered".to_owned()),
        other @ Error::Statement(_) => other,
    }
}

fn away() -> Error {
    Error::Unreachable("a tenant's own database".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn work_is_kept_as_it_is() {
        let insert = Statement::product_change("insert into t values ($1, $2) returning id", params!["a", 7]);
        let update = Statement::product_change("update t set a = $1 returning a", params![1.5]);
        let work = Work::of([&insert, &update]);
        assert_eq!(work.texts[1], "update t set a = (($1)[3]::double precision) returning a");
        assert_eq!(work.arguments, [Some("a".to_owned()), Some("7".to_owned()), Some("1.5".to_owned())]);
        let kept = serde_json::to_string(&work).unwrap();
        assert_eq!(serde_json::from_str::<Work>(&kept).unwrap(), work);
    }

    /// Protects the password in an address from whoever reads a log.
    #[test]
    fn an_address_is_in_no_debug_output_and_in_no_failure() {
        let id = TenantId::new(crate::time::Timestamp::from_ms(0), [1; 10]);
        let own = Own::new("postgres://ada:secret@db.example/x".to_owned(), id);
        let told = nameless(Error::Unreachable("postgres://ada:secret@db.example/x".to_owned()));
        for text in [format!("{own:?}"), format!("{told:?}"), told.to_string()] {
            assert!(!text.contains("secret") && !text.contains("db.example"), "{text}");
        }
    }
}
