//! What waits for a tenant's database: sealed in this one, done there once and in order, and then forgotten here.

use insula_domain::credential::hexadecimal;

use super::Home;
use crate::cx::Cx;
use crate::params;
use crate::schema::Failure;
use crate::sql::own::Work;
use crate::sql::{self, Row, Rows, Scope, Statement};

const INTEND: &str = include_str!("../../sql/product_intent_insert.sql");
const LIST: &str = include_str!("../../sql/product_intent_list.sql");
const DELETE: &str = include_str!("../../sql/product_intent_delete.sql");

/// How many batches may wait for a tenant's database.
const WAITING_AT_MOST: i64 = 100;
/// How many intents are read at once: moved rows are about a megabyte each.
const READ_AT_ONCE: i64 = 8;
/// The most reads of intents of one call. With more waiting, who reads is refused as busy, and the next call goes on.
const READS: usize = 16;

impl Home {
    /// Does what waits, in order, and says whether that was all: a call does only so much. Others may do the same at once.
    ///
    /// # Errors
    ///
    /// When the tenant's database can't be reached, or refuses.
    pub async fn settle(&self, cx: &Cx) -> Result<bool, Failure> {
        let scope = Scope::Tenant(self.tenant_id);
        for _ in 0..READS {
            let list = Statement::new(LIST, params![self.tenant_id, READ_AT_ONCE]);
            let waiting = cx.query(scope, list).await?;
            for row in &waiting {
                let id = row.text("id")?;
                self.fulfil(cx, &id, row)?;
                cx.query(scope, Statement::new(DELETE, params![self.tenant_id, id])).await?;
            }
            if waiting.len() < usize::try_from(READ_AT_ONCE).unwrap_or_default() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn read_after_what_waits(
        &self,
        cx: &Cx,
        reads: &[&Statement],
    ) -> Result<Vec<Rows>, Failure> {
        if self.waiting > 0 {
            match self.settle(cx).await {
                Ok(true) => {}
                Ok(false) => return Err(sql::Error::Busy.into()),
                // It is the tenant's database in which something is wrong, and it may be put right there.
                Err(Failure::Database(sql::Error::Statement(code))) => {
                    let why = format!("a tenant's own database, which refuses what waits for it: {code}");
                    return Err(sql::Error::Unreachable(why).into());
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(self.own.read(reads.iter().copied())?)
    }

    fn fulfil(&self, cx: &Cx, id: &str, row: &Row) -> Result<(), Failure> {
        if let Some(table) = row.optional_text("moved_table")? {
            return Ok(self.own.take(id, &table, row.text("moved_rows")?)?);
        }
        let work = cx.open_under(&self.key, &purpose(id), &row.text("sealed")?)?;
        let work: Work = serde_json::from_str(&work).map_err(|_| unreadable())?;
        Ok(self.own.apply(id, work)?)
    }

    pub(super) fn intent(&self, cx: &Cx, work: &Work) -> Result<Statement, Failure> {
        let id = hexadecimal(&cx.random::<16>()?);
        let text = serde_json::to_string(work).map_err(|_| unreadable())?;
        let sealed = cx.seal_under(&self.key, &purpose(&id), &text)?;
        Ok(Statement::required(INTEND, params![self.tenant_id, id, sealed, cx.now(), WAITING_AT_MOST]))
    }
}

/// What an intent is sealed for: it can't be put in the place of another.
fn purpose(id: &str) -> String {
    format!("product intent\n{id}")
}

fn unreadable() -> sql::Error {
    sql::Error::Decode("product_intent".to_owned())
}
