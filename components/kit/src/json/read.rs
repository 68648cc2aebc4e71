//! Reads a tree as the type of a body, and notes every fault instead of the first.
//!
//! serde asks for each value by its kind. Where there is none of that kind, the fault is noted and an empty one stands
//! in for it, so the reading goes on; what was made of stand-ins is thrown away in the end.
//!
//! serde isn't told that a field is absent but is given nothing for it. So a field that may be absent is an `Option`
//! (or a [`Patch`](super::Patch), where null is something else), and `#[serde(default)]` and `#[serde(flatten)]` are not for bodies.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Number;

use super::Json;
use super::faults::{Faults, Place, Stop};
use super::optional::PATCH;
use super::parts::{Items, Members};
use crate::validate::FieldError;

/// Reads a body.
///
/// # Errors
///
/// Everything that is wrong with its shape: missing, unknown and repeated fields, wrong types.
pub fn read<T: DeserializeOwned>(body: &Json) -> Result<T, Vec<FieldError>> {
    let faults = Faults::default();
    let read = T::deserialize(Reader { found: Found::Value(body), place: &Place::Body, faults: &faults });
    let faults = faults.into_vec();
    match read {
        Ok(value) if faults.is_empty() => Ok(value),
        Ok(_) | Err(_) => Err(faults),
    }
}

/// What is at a place.
#[derive(Clone, Copy)]
pub enum Found<'a> {
    /// This.
    Value(&'a Json),
    /// Nothing, where something may be required.
    Nothing,
    /// Nothing, below a fault that is noted already.
    StandIn,
}

/// What serde reads a place with.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub found: Found<'a>,
    pub place: &'a Place<'a>,
    pub faults: &'a Faults,
}

impl<'a> Reader<'a> {
    /// What `read` makes of the value. If there is none, or it makes nothing of it, that is noted: it isn't `wanted`.
    fn take<T>(self, wanted: &str, read: impl FnOnce(&'a Json) -> Option<T>) -> Result<Option<T>, Stop> {
        let taken = if let Found::Value(json) = self.found { read(json) } else { None };
        if taken.is_none() {
            self.refuse(wanted)?;
        }
        Ok(taken)
    }

    fn refuse(self, wanted: &str) -> Result<(), Stop> {
        match self.found {
            Found::Value(_) => self.faults.note(self.place, "type", format!("must be {wanted}")),
            Found::Nothing => self.faults.note(self.place, "required", "is required".to_owned()),
            Found::StandIn => Ok(()),
        }
    }

    /// Notes it if the type itself refused what is here, even a stand-in. That ends the reading: there is no value.
    fn end<T>(self, read: Result<T, Stop>) -> Result<T, Stop> {
        if read.as_ref().err() == Some(&Stop::Here) {
            if !self.faults.are_at(self.place) {
                self.refuse("a value of another kind")?;
            }
            return Err(Stop::Noted);
        }
        read
    }

    /// What there is for each field of an object; what is no field, or comes twice, is noted.
    fn fields(self, fields: &[&'static str]) -> Result<Vec<(&'a str, Found<'a>)>, Stop> {
        let object = self.take("an object", |json| {
            if let Json::Object(members) = json { Some(members.as_slice()) } else { None }
        })?;
        let members = object.unwrap_or_default();
        let note = |name: &str, code, detail: &str| {
            self.faults.note(&Place::Member(self.place, name), code, detail.to_owned())
        };
        for (name, _) in members.iter().filter(|(name, _)| !fields.contains(&name.as_str())) {
            note(name, "unknown", "is not a field of this request")?;
        }
        let absent = if object.is_some() { Found::Nothing } else { Found::StandIn };
        let mut found = Vec::with_capacity(fields.len());
        for field in fields {
            let mut same = members.iter().filter(|(name, _)| name == field);
            found.push((*field, same.next().map_or(absent, |(_, value)| Found::Value(value))));
            if same.next().is_some() {
                note(field, "repeated", "may be given once")?;
            }
        }
        Ok(found)
    }
}

macro_rules! whole_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            let number = self.take("a whole number", |json| {
                if let Json::Number(number) = json { Some(number).filter(|number| !number.is_f64()) } else { None }
            })?;
            self.end(match number.and_then(Number::as_u64) {
                Some(number) => visitor.visit_u64(number),
                None => visitor.visit_i64(number.and_then(Number::as_i64).unwrap_or_default()),
            })
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let Some(json) = self.take("", Some)? else {
            return visitor.visit_unit().map_err(|_: Stop| Stop::Noted);
        };
        self.end(match json {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Json::Text(text) => visitor.visit_str(text),
            Json::List(items) => visitor.visit_seq(Items::new(self, items)),
            Json::Object(members) => {
                let found = members.iter().map(|(name, value)| (name.as_str(), Found::Value(value)));
                visitor.visit_map(Members::new(self, found.collect()))
            }
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let value =
            self.take("true or false", |json| if let Json::Bool(value) = json { Some(*value) } else { None });
        self.end(visitor.visit_bool(value?.unwrap_or_default()))
    }

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let text =
            self.take("text", |json| if let Json::Text(text) = json { Some(text.as_str()) } else { None });
        self.end(visitor.visit_str(text?.unwrap_or_default()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.found {
            Found::Nothing | Found::StandIn | Found::Value(Json::Null) => visitor.visit_none(),
            Found::Value(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let list = self
            .take("a list", |json| if let Json::List(items) = json { Some(items.as_slice()) } else { None });
        let items = list?.unwrap_or_default();
        self.end(visitor.visit_seq(Items::new(self, items)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.end(visitor.visit_map(Members::new(self, self.fields(fields)?)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.found {
            _ if name != PATCH => visitor.visit_newtype_struct(self),
            Found::Nothing | Found::StandIn => visitor.visit_unit(),
            Found::Value(Json::Null) => visitor.visit_none(),
            Found::Value(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let variant = self.take(&format!("one of: {}", variants.join(", ")), |json| {
            if let Json::Text(text) = json { variants.iter().find(|variant| **variant == text) } else { None }
        })?;
        let name = variant.or(variants.first()).copied().unwrap_or_default();
        self.end(visitor.visit_enum(StrDeserializer::<Stop>::new(name)))
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}
