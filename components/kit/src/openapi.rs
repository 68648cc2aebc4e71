//! What a route says of itself in the OpenAPI document, as constant data beside the route.
//!
//! The schemas are needed to write the document, which native code does (`cargo xtask check` sees that the written
//! file is up to date). In a component a [`Schema`] is empty, so that none of it is compiled in.

use crate::problem::Kind;

/// The description of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    /// `operationId`: a verb and a noun in `snake_case`, unique over all components.
    pub id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else a caller should know; may be empty.
    pub about: &'static str,
    /// Query parameters.
    pub query: &'static [Query],
    /// What it answers when all is well.
    pub answers: &'static [Answer],
    /// Its own problems, beside those that its access rule and its body imply. A public route that asks the database
    /// says here that it may be unavailable or not migrated.
    pub problems: &'static [&'static Kind],
}

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// Its name.
    pub name: &'static str,
    /// What it means, with unit and bounds.
    pub about: &'static str,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What it means.
    pub about: &'static str,
    /// The body, if there is one.
    pub body: Option<Media>,
}

/// A body: its media type and its schema.
#[derive(Clone, Copy, Debug)]
pub struct Media {
    /// The media type.
    pub media_type: &'static str,
    /// The schema.
    pub schema: Schema,
}

impl Media {
    /// A JSON body.
    #[must_use]
    pub const fn json<T: utoipa::ToSchema>() -> Self {
        Self { media_type: "application/json", schema: Schema::of::<T>() }
    }

    /// A body of another media type.
    #[must_use]
    pub const fn of<T: utoipa::ToSchema>(media_type: &'static str) -> Self {
        Self { media_type, schema: Schema::of::<T>() }
    }
}

impl Answer {
    /// An answer with a JSON body.
    #[must_use]
    pub const fn json<T: utoipa::ToSchema>(status: u16, about: &'static str) -> Self {
        Self { status, about, body: Some(Media::json::<T>()) }
    }

    /// An answer without a body.
    #[must_use]
    pub const fn empty(status: u16, about: &'static str) -> Self {
        Self { status, about, body: None }
    }
}

/// The schema of a type.
#[derive(Clone, Copy)]
pub struct Schema {
    #[cfg(not(target_family = "wasm"))]
    parts: native::Parts,
}

impl Schema {
    /// The schema of `T`.
    #[must_use]
    pub const fn of<T: utoipa::ToSchema>() -> Self {
        Self {
            #[cfg(not(target_family = "wasm"))]
            parts: native::Parts { name: T::name, schema: T::schema, schemas: T::schemas },
        }
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Schema")
    }
}

#[cfg(not(target_family = "wasm"))]
mod native {
    use std::borrow::Cow;

    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::Schema;

    #[derive(Clone, Copy)]
    pub struct Parts {
        pub name: fn() -> Cow<'static, str>,
        pub schema: fn() -> RefOr<Schema>,
        pub schemas: fn(&mut Vec<(String, RefOr<Schema>)>),
    }

    impl super::Schema {
        /// The name under which the document keeps it.
        #[must_use]
        pub fn name(&self) -> String {
            (self.parts.name)().into_owned()
        }

        /// The schema and all that it refers to, each with its name.
        #[must_use]
        pub fn collect(&self) -> Vec<(String, RefOr<Schema>)> {
            let mut schemas = vec![(self.name(), (self.parts.schema)())];
            (self.parts.schemas)(&mut schemas);
            schemas
        }
    }
}
