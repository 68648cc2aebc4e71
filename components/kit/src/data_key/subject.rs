//! The key of a person, under which the audit log keeps what tells who somebody is: erasing the person destroys it.

use std::collections::BTreeMap;

use insula_domain::credential::hexadecimal;

use crate::cx::Cx;
use crate::id::UserId;
use crate::params;
use crate::problem::Problem;
use crate::sql::{self, Scope, Statement};
use crate::wrap::Wrapped;

const GET: &str = include_str!("../../sql/subject_key_get.sql");
const INSERT: &str = include_str!("../../sql/subject_key_insert.sql");

impl Cx {
    /// The key of what is personal about somebody; made when there is none yet. Of two that are made at once one is kept.
    pub(crate) async fn subject_key(&self, subject_id: UserId) -> Result<String, Problem> {
        let unreadable = || Problem::from(sql::Error::Decode("subject_key".to_owned()));
        let (scope, info) = (Scope::Person(subject_id), info(subject_id));
        let found = self.query(scope, Statement::new(GET, params![subject_id])).await?;
        let wrapped = match found.first() {
            Some(row) => Wrapped::read(row)?,
            None => {
                let fresh = self.wrap(&info, &hexadecimal(&self.random::<32>()?))?;
                let insert = params![subject_id, fresh.sealed, fresh.by, self.now()];
                let kept = self.query(scope, Statement::new(INSERT, insert)).await?;
                Wrapped::read(kept.first().ok_or_else(unreadable)?)?
            }
        };
        self.open_wrapped(&info, &wrapped)
    }

    /// The keys of what is personal about these people, by their ids; of those who were erased there is none.
    ///
    /// # Errors
    ///
    /// As [`Self::audit`].
    pub async fn subject_keys(&self, subjects: &[UserId]) -> Result<BTreeMap<String, String>, Problem> {
        let get = |subject: &UserId| Statement::new(GET, params![*subject]);
        let found = self.batch(self.scope(), subjects.iter().map(get).collect()).await?;
        let mut keys = BTreeMap::new();
        for (subject, rows) in subjects.iter().zip(found) {
            if let Some(row) = rows.first() {
                let key = self.open_wrapped(&info(*subject), &Wrapped::read(row)?)?;
                keys.insert(subject.to_string(), key);
            }
        }
        Ok(keys)
    }
}

/// What the key is wrapped for: it is worth nothing in another person's row.
#[must_use]
pub fn info(subject_id: UserId) -> String {
    format!("subject key\n{subject_id}")
}
