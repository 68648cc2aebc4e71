//! The schemas of bodies, each kept once under its name.

use std::collections::BTreeMap;

use insula_kit::openapi::Schema as Described;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, Ref, Schema};

use crate::docs::Error;

/// The schemas by name.
#[derive(Default)]
pub struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Keeps what a body is made of, and returns what stands in its place.
    pub fn refer(&mut self, described: &Described) -> Result<RefOr<Schema>, Error> {
        self.keep(described, |schema| schema)
    }

    /// As [`Self::refer`], and no other field than the described ones may be there.
    pub fn refer_strictly(&mut self, described: &Described) -> Result<RefOr<Schema>, Error> {
        self.keep(described, strict)
    }

    /// Keeps the schema of a type that no operation names itself.
    pub fn take<T: ToSchema>(&mut self) -> Result<(), Error> {
        self.refer(&Described::of::<T>()).map(|_| ())
    }

    /// Keeps a schema under a name.
    pub fn put(&mut self, name: &str, schema: impl Into<RefOr<Schema>>) -> Result<(), Error> {
        let schema = schema.into();
        match self.0.get(name) {
            Some(present) if *present != schema => Err(Error::SameSchema(name.to_owned())),
            Some(_) => Ok(()),
            None => {
                self.0.insert(name.to_owned(), schema);
                Ok(())
            }
        }
    }

    /// Everything that was kept.
    pub fn iter(&self) -> impl Iterator<Item = (&String, RefOr<Schema>)> {
        self.0.iter().map(|(name, schema)| (name, schema.clone()))
    }

    fn keep(
        &mut self,
        described: &Described,
        change: impl FnOnce(RefOr<Schema>) -> RefOr<Schema>,
    ) -> Result<RefOr<Schema>, Error> {
        let mut parts = described.collect().into_iter();
        let Some((name, own)) = parts.next() else { return Ok(RefOr::T(Schema::default())) };
        for (name, schema) in parts {
            self.put(&name, schema)?;
        }
        if !is_named(&own) {
            return Ok(own);
        }
        self.put(&name, change(own))?;
        Ok(Ref::from_schema_name(name).into())
    }
}

/// Objects with fields and enumerations have names; text, numbers, lists and free objects stand where they are used.
fn is_named(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => !object.properties.is_empty() || object.enum_values.is_some(),
        RefOr::T(Schema::OneOf(_) | Schema::AllOf(_) | Schema::AnyOf(_)) => true,
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

fn strict(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) if object.additional_properties.is_none() => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            RefOr::T(Schema::Object(object))
        }
        other @ (RefOr::T(_) | RefOr::Ref(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use insula_kit::page::Page;
    use serde_json::{Value, json};

    use super::*;

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Thing {
        name: String,
    }

    mod other {
        #[derive(utoipa::ToSchema)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        pub struct Thing {
            size: u32,
        }
    }

    #[test]
    fn two_types_with_one_name_are_refused_and_one_type_twice_is_not() {
        let mut schemas = Schemas::default();
        schemas.take::<Thing>().unwrap();
        schemas.take::<Thing>().unwrap();
        assert!(matches!(schemas.take::<other::Thing>(), Err(Error::SameSchema(name)) if name == "Thing"));
    }

    #[test]
    fn a_page_is_named_by_its_items_and_brings_their_schema() {
        let mut schemas = Schemas::default();
        let things = schemas.refer(&Described::of::<Page<Thing>>()).unwrap();
        assert_eq!(
            serde_json::to_value(things).unwrap(),
            json!({ "$ref": "#/components/schemas/ThingPage" })
        );
        let names: Vec<_> = schemas.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Thing", "ThingPage"]);
        assert!(schemas.refer(&Described::of::<Page<other::Thing>>()).is_err());
    }

    #[test]
    fn text_and_free_json_stand_where_they_are_used() {
        let mut schemas = Schemas::default();
        schemas.take::<String>().unwrap();
        schemas.take::<Value>().unwrap();
        assert_eq!(schemas.iter().count(), 0);
    }

    #[test]
    fn a_request_body_has_no_other_fields() {
        let mut schemas = Schemas::default();
        schemas.refer_strictly(&Described::of::<Thing>()).unwrap();
        let (_, schema) = schemas.iter().next().unwrap();
        assert_eq!(serde_json::to_value(schema).unwrap()["additionalProperties"], json!(false));
    }
}
