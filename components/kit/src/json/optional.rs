//! Fields of a change, and objects whose members nobody knows beforehand.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// The name by which a reader knows a [`Patch`].
pub const PATCH: &str = "insula::Patch";

/// A field of a change: absent leaves what there is, null takes it away. An `Option` can't tell the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not sent: what there is remains.
    Keep,
    /// Null: there shall be none.
    Clear,
    /// This.
    Set(T),
}

impl<T> Patch<T> {
    /// What there shall be instead of `present`.
    pub fn apply(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Keep => present,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The value that is set.
    pub fn as_set(&self) -> Option<&T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PATCH, PatchVisitor(PhantomData))
    }
}

struct PatchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PatchVisitor<T> {
    type Value = Patch<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or null")
    }

    fn visit_unit<E>(self) -> Result<Patch<T>, E> {
        Ok(Patch::Keep)
    }

    fn visit_none<E>(self) -> Result<Patch<T>, E> {
        Ok(Patch::Clear)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Patch<T>, D::Error> {
        T::deserialize(deserializer).map(Patch::Set)
    }
}

/// An object of texts under any names, as it was sent: a name that comes twice is there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = members.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Json, read};
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Change {
        text: Patch<String>,
        list: Patch<Vec<String>>,
        pairs: Option<Pairs>,
    }

    fn change(text: &str) -> Result<Change, Vec<(String, &'static str)>> {
        let json: Json = serde_json::from_str(text).unwrap();
        read(&json).map_err(|faults| faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect())
    }

    #[test]
    fn absent_and_null_are_two_things() {
        let expected = |text, list| Ok(Change { text, list, pairs: None });
        assert_eq!(change("{}"), expected(Patch::Keep, Patch::Keep));
        assert_eq!(change(r#"{"text":null,"list":["a"]}"#), {
            expected(Patch::Clear, Patch::Set(vec!["a".to_owned()]))
        });
        let present = || Some(1);
        assert_eq!((Patch::Keep.apply(present()), Patch::Clear.apply(present())), (Some(1), None));
        assert_eq!(Patch::Set(2).apply(present()), Some(2));
    }

    #[test]
    fn faults_inside_are_told_at_their_places() {
        let faults = change(r#"{"text":7,"list":[1,"a"],"pairs":{"a/b":1,"c":"d"}}"#).unwrap_err();
        let expected = [("/text", "type"), ("/list/0", "type"), ("/pairs/a~1b", "type")];
        assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(change(r#"{"pairs":[]}"#).unwrap_err(), [("/pairs".to_owned(), "type")]);
    }

    #[test]
    fn a_name_that_comes_twice_is_there_twice() {
        let pairs = change(r#"{"pairs":{"a":"1","a":"2"}}"#).unwrap().pairs.unwrap();
        assert_eq!(pairs.0.len(), 2);
    }
}
