//! The parts of a list and of an object, each handed to serde with its place.

use std::iter::Enumerate;
use std::slice::Iter;
use std::vec::IntoIter;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::Json;
use super::faults::{Place, Stop};
use super::read::{Found, Reader};

/// The items of a list.
pub struct Items<'a> {
    of: Reader<'a>,
    left: Enumerate<Iter<'a, Json>>,
}

impl<'a> Items<'a> {
    pub fn new(of: Reader<'a>, items: &'a [Json]) -> Self {
        Self { of, left: items.iter().enumerate() }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        let Some((at, item)) = self.left.next() else { return Ok(None) };
        let place = Place::Item(self.of.place, at);
        seed.deserialize(Reader { found: Found::Value(item), place: &place, ..self.of }).map(Some)
    }
}

/// The members of an object, or what there is for the fields of a type.
pub struct Members<'a> {
    of: Reader<'a>,
    left: IntoIter<(&'a str, Found<'a>)>,
    next: Option<(&'a str, Found<'a>)>,
}

impl<'a> Members<'a> {
    pub fn new(of: Reader<'a>, members: Vec<(&'a str, Found<'a>)>) -> Self {
        Self { of, left: members.into_iter(), next: None }
    }
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Stop;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        self.next = self.left.next();
        self.next.map(|(name, _)| seed.deserialize(StrDeserializer::new(name))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        let (name, found) = self.next.take().ok_or(Stop::Here)?;
        seed.deserialize(Reader { found, place: &Place::Member(self.of.place, name), ..self.of })
    }
}
