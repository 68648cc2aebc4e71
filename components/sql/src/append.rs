//! Appending to the audit log inside a batch.
//!
//! On PostgreSQL the batch calls the function `insula_audit_append` in the statement's place. SQLite has no SHA-256, so there the
//! link is computed here, between the statements of one transaction: `BEGIN IMMEDIATE` has let nobody else write since
//! before the end of the log was read.

use insula_audit::chain::Head;
use insula_audit::hash::Hash;

use crate::params;
use crate::row::Rows;
use crate::statement::{Param, Statement};
use crate::time::Timestamp;
use crate::{Error, Row};

const HEAD: &str = include_str!("../sql/sqlite/audit_head_get.sql");
const INSERT_HEAD: &str = include_str!("../sql/sqlite/audit_head_insert.sql");
const SET_HEAD: &str = include_str!("../sql/sqlite/audit_head_set.sql");
const INSERT: &str = include_str!("../sql/sqlite/audit_entry_insert.sql");

/// An entry of the audit log, as it is appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Whose log: a tenant's, or the platform's.
    pub log: String,
    /// The entry's canonical bytes.
    pub entry: String,
    /// What was done, to find it by.
    pub action: &'static str,
    /// Who did it, to find it by.
    pub actor_id: Option<String>,
    /// When, to find it by.
    pub at: Timestamp,
}

impl Statement {
    /// Appends to the audit log, in the transaction of the batch. It belongs at the batch's end: from it on, nobody else
    /// appends to that log until the batch has ended.
    /// It has no text: either database has its own way to append.
    #[must_use]
    pub fn append(append: Append) -> Self {
        let Append { log, entry, action, actor_id, at } = &append;
        let params = params![log, entry, *action, actor_id.clone(), *at];
        Self { append: Some(append), ..Self::required("", params) }
    }
}

/// Appends on SQLite, with `run` for each statement of the transaction that is under way.
pub fn run(
    append: &Append,
    mut run: impl FnMut(&'static str, Vec<Param>) -> Result<Rows, Error>,
) -> Result<Rows, Error> {
    let found = run(HEAD, params![&append.log])?;
    let head = found.first().map_or(Ok(Head::EMPTY), read)?;
    let next = head.after(Hash::leaf(append.entry.as_bytes()));
    let (seq, link) = (number(head.size), next.link.to_string());
    if found.is_empty() {
        run(INSERT_HEAD, params![&append.log, &link])?;
    } else {
        run(SET_HEAD, params![&link, &append.log])?;
    }
    let Append { log, entry, action, actor_id, at } = append;
    run(INSERT, params![log, seq, *at, *action, actor_id.clone(), entry, link])
}

fn read(row: &Row) -> Result<Head, Error> {
    let unreadable = || Error::Decode("link".to_owned());
    let link = Hash::parse(&row.text("link")?).ok_or_else(unreadable)?;
    Ok(Head { size: u64::try_from(row.integer("size")?).map_err(|_| unreadable())?, link })
}

fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;
    use insula_audit::entry::PLATFORM;

    fn append(log: &str, number: i64) -> Statement {
        Statement::append(Append {
            log: log.to_owned(),
            entry: format!("{{\"n\":{number}}}"),
            action: "tenant.created",
            actor_id: None,
            at: Timestamp::from_ms(number),
        })
    }

    fn rows(memory: &Memory, text: &'static str) -> Vec<(String, i64, String, String)> {
        let rows = memory.batch(&[Statement::new(text, Vec::new())]).unwrap().remove(0);
        let read = |row: &Row| {
            let text = |name| row.text(name).unwrap();
            (text("tenant_id"), row.integer("seq").unwrap(), text("entry"), text("link"))
        };
        rows.iter().map(read).collect()
    }

    const ALL: &str = "select tenant_id, seq, entry, link from audit_entry order by tenant_id, seq";

    #[test]
    fn each_log_is_a_chain_of_its_own_without_a_gap() {
        let memory = Memory::migrated().unwrap();
        for number in 0..3 {
            let results = memory.batch(&[append(PLATFORM, number), append("ten_1", number)]).unwrap();
            assert!(results.iter().all(|rows| rows[0].integer("seq").unwrap() == number));
        }
        let stored = rows(&memory, ALL);
        for log in [PLATFORM, "ten_1"] {
            let mut head = Head::EMPTY;
            for (_, seq, entry, link) in stored.iter().filter(|row| row.0 == log) {
                assert_eq!(*seq, number(head.size));
                head = head.after(Hash::leaf(entry.as_bytes()));
                assert_eq!(*link, head.link.to_string());
            }
            assert_eq!(head.size, 3);
        }
    }

    #[test]
    fn a_batch_that_is_refused_leaves_no_entry() {
        let memory = Memory::migrated().unwrap();
        let refused = Statement::required("select id from tenant", Vec::new());
        let batch = [append(PLATFORM, 0), refused];
        assert!(matches!(memory.batch(&batch), Err(Error::Refused(1))));
        assert!(rows(&memory, ALL).is_empty());
        memory.batch(&[append(PLATFORM, 1)]).unwrap();
        assert_eq!(rows(&memory, ALL).len(), 1);
    }

    #[test]
    fn the_database_refuses_what_is_not_appending() {
        let memory = Memory::migrated().unwrap();
        memory.batch(&[append(PLATFORM, 0), append(PLATFORM, 1)]).unwrap();
        let before = rows(&memory, ALL);
        for text in [
            "update audit_entry set entry = '{}' returning seq",
            "update audit_entry set at_ms = 0 where seq = 0 returning seq",
            "delete from audit_entry where seq = 1 returning seq",
            "insert or replace into audit_entry select * from audit_entry where seq = 0 returning seq",
            "insert or replace into audit_entry select tenant_id, seq, 0, action, null, '{}', link from audit_entry where seq = 1 returning seq",
            "insert into audit_entry values ('platform', 2, 0, 'x', null, '{}', '') returning seq",
            "insert into audit_entry values ('platform', 7, 0, 'x', null, '{}', '') returning seq",
            "update audit_head set size = 1 returning size",
            "update audit_head set size = 7 returning size",
            "update audit_head set link = '' returning size",
            "delete from audit_head returning size",
            "insert into audit_head values ('other', 7, '') returning size",
            "insert or replace into audit_head values ('platform', 1, '') returning size",
        ] {
            let outcome = memory.batch(&[Statement::new(text, Vec::new())]);
            assert!(
                matches!(&outcome, Err(Error::Statement(why)) if why.contains("only appended")),
                "{text}: {outcome:?}"
            );
        }
        assert_eq!(rows(&memory, ALL), before);
        memory.batch(&[append(PLATFORM, 2)]).unwrap();
    }
}
