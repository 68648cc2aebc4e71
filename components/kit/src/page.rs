//! Cursor pages: `?limit=` and `?cursor=`, answered as `{"items": […], "next_cursor": …}`, oldest first where the
//! operation says nothing else.
//!
//! A cursor is the id of the last item of the page before, behind a disguise that keeps clients from building one.
//! It grants nothing: the statement that it enters has its scope all the same.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::id::{Id, Kind};
use crate::openapi::Query;
use crate::problem::Problem;
use crate::request::Request;
use crate::validate::FieldError;

/// The query parameters of every list.
pub const QUERY: &[Query] = &[
    Query { name: "limit", about: "The most items in the answer: 1 to 200, 50 when absent." },
    Query { name: "cursor", about: "`next_cursor` of the page before. Absent for the first page." },
];

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The most items.
    pub limit: i64,
    /// Only items with a greater id; empty for the first page.
    pub after: String,
}

/// A part of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The items, oldest first where the operation says nothing else.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last page.
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let cursor = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
        ObjectBuilder::new()
            .description(Some("A part of a list."))
            .property(
                "items",
                items.description(Some("The items, oldest first where the operation says nothing else.")),
            )
            .property(
                "next_cursor",
                cursor
                    .description(Some("What to send as `cursor` for the next page; null on the last page.")),
            )
            .required("items")
            .required("next_cursor")
            .into()
    }
}

/// Not derived: a derived schema of a generic type is named without its parameter and leaves the parameter's own
/// schema out.
impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl Ask {
    /// Reads `limit` and `cursor` of a list of `K`.
    ///
    /// # Errors
    ///
    /// `invalid` for a limit out of bounds and for what is no cursor of such a list.
    pub fn read<K: Kind>(request: &Request) -> Result<Self, Problem> {
        Self::read_by(request, |text| Id::<K>::parse(text).map(|id| id.to_string()))
    }

    /// The same for a list whose items go by something else than an id: `parse` reads what [`Page::cursor`] was given.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_by(request: &Request, parse: impl Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let limit = match request.query("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => {
                text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
                    FieldError::query("limit", "range", "must be a whole number from 1 to 200")
                })?
            }
        };
        let after = match request.query("cursor") {
            None => String::new(),
            Some(text) => decode(text, parse).ok_or_else(|| {
                FieldError::query("cursor", "cursor", "must be the `next_cursor` of an answer")
            })?,
        };
        Ok(Self { limit, after })
    }

    /// How many rows to read: one more than the page holds tells whether there is a next page.
    #[must_use]
    pub const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Makes the page of what was read; `id` names an item.
    pub fn page<T, K: Kind>(&self, mut items: Vec<T>, id: impl Fn(&T) -> Id<K>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|item| Page::<T>::cursor(&id(item).to_string()));
        Page { items, next_cursor }
    }
}

impl<T> Page<T> {
    /// The cursor that stands for this item.
    #[must_use]
    pub fn cursor(item: &str) -> String {
        URL_SAFE_NO_PAD.encode(item)
    }

    /// The same page of other things.
    pub fn map<U>(self, view: impl Fn(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next_cursor: self.next_cursor }
    }
}

fn decode(cursor: &str, parse: impl Fn(&str) -> Option<String>) -> Option<String> {
    parse(&String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::KeyId;
    use crate::time::Timestamp;

    fn key(text: &str) -> Option<String> {
        KeyId::parse(text).map(|id| id.to_string())
    }

    #[test]
    fn a_page_names_the_next_only_if_there_is_one() {
        let ids: Vec<KeyId> = (0..3).map(|ms| KeyId::new(Timestamp::from_ms(ms), [0; 10])).collect();
        let ask = Ask { limit: 2, after: String::new() };
        let page = ask.page(ids.clone(), |id| *id);
        assert_eq!(page.items, ids[..2]);
        assert_eq!(decode(&page.next_cursor.unwrap(), key), Some(ids[1].to_string()));
        assert_eq!(ask.page(ids[..2].to_vec(), |id| *id).next_cursor, None);
    }

    #[test]
    fn another_lists_cursor_is_no_cursor() {
        let cursor = URL_SAFE_NO_PAD.encode("usr_01h455vb4pex5vsknk084sn02q");
        assert_eq!(decode(&cursor, key), None);
        assert_eq!(decode("!", key), None);
    }
}
