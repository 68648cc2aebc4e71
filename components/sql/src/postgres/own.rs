//! The functions of a tenant's own database, which [`insula_migrations::own_database`] makes.

use super::{open, plan, results, run};
use crate::bindings::spin::postgres::postgres::ParameterValue;
use crate::row::Rows;
use crate::{Error, Visit};

/// What a database refuses that is another tenant's, or somebody else's, or another one of the tenant's.
pub const FOREIGN: &str = "SQLSTATE IN011";

/// Whose database an address shall lead to: the tenant's, and, unless it is empty, the one of that identity.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    pub address: &'a str,
    pub tenant_id: &'a str,
    pub identity: &'a str,
}

pub fn read(
    whose: Whose<'_>,
    texts: Vec<Option<String>>,
    arguments: Vec<Option<String>>,
) -> Result<Vec<Rows>, Error> {
    results(&ask(
        whose,
        "insula.read($1, $3, $4, false)",
        [ParameterValue::ArrayStr(texts), ParameterValue::ArrayStr(arguments)],
    )?)
}

pub fn explain(
    whose: Whose<'_>,
    texts: Vec<Option<String>>,
    arguments: Vec<Option<String>>,
) -> Result<Vec<Visit>, Error> {
    plan(&ask(
        whose,
        "insula.read($1, $3, $4, true)",
        [ParameterValue::ArrayStr(texts), ParameterValue::ArrayStr(arguments)],
    )?)
}

pub fn apply(
    whose: Whose<'_>,
    id: &str,
    texts: Vec<Option<String>>,
    arguments: Vec<Option<String>>,
) -> Result<(), Error> {
    let id = ParameterValue::Str(id.to_owned());
    let work = [id, ParameterValue::ArrayStr(texts), ParameterValue::ArrayStr(arguments)];
    ask(whose, "insula.apply($1, $3, $4, $5)", work).map(drop)
}

pub fn take(whose: Whose<'_>, id: &str, table: &str, rows: String) -> Result<(), Error> {
    let texts = [id.to_owned(), table.to_owned(), rows];
    ask(whose, "insula.take($1, $3, $4, $5)", texts.map(ParameterValue::Str)).map(drop)
}

/// What a function answers in a tenant's own database, if it is that one. There is one row in any case: of nothing, where it isn't
/// the database of that identity, and then nothing was done.
fn ask<const COUNT: usize>(
    whose: Whose<'_>,
    call: &str,
    work: [ParameterValue; COUNT],
) -> Result<String, Error> {
    let text = format!(
        "select case when $2 = '' or $2 = (select h.identity from insula.home h) then {call}::text end as answer"
    );
    let named = [whose.tenant_id, whose.identity].map(|text| ParameterValue::Str(text.to_owned()));
    let params: Vec<_> = named.into_iter().chain(work).collect();
    let rows = run(&open(whose.address)?, &text, &params)?;
    let answer = rows.first().map(|row| row.optional_text("answer")).transpose()?.flatten();
    answer.ok_or_else(|| Error::Statement(FOREIGN.to_owned()))
}
