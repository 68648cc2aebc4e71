//! What is wrong with a body, and where: gathered while it is read.

use std::cell::RefCell;
use std::fmt;

use crate::validate::FieldError;

/// The most faults that are told of one body. Who makes more has something else than a slip of the pen.
const MOST: usize = 100;

/// A place in the body.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// The body itself.
    Body,
    /// A member of the object there.
    Member(&'a Self, &'a str),
    /// An item of the list there.
    Item(&'a Self, usize),
}

/// A JSON pointer (RFC 6901).
impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Body => Ok(()),
            Place::Member(of, name) => {
                write!(formatter, "{of}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Place::Item(of, at) => write!(formatter, "{of}/{at}"),
        }
    }
}

/// Why the reading ended before the end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The type refused what is here; that is yet to be noted.
    #[error("refused")]
    Here,
    /// There is nothing to be read any more: all that is to be told is noted.
    #[error("noted")]
    Noted,
}

/// A type's own words are not passed on: they may repeat the value.
impl serde::de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Here
    }
}

/// The faults so far.
#[derive(Default)]
pub struct Faults(RefCell<Vec<FieldError>>);

impl Faults {
    /// Notes one. Ends the reading when there are enough.
    pub fn note(&self, place: &Place<'_>, code: &'static str, detail: String) -> Result<(), Stop> {
        let mut faults = self.0.borrow_mut();
        faults.push(FieldError { pointer: place.to_string(), code, detail });
        if faults.len() < MOST { Ok(()) } else { Err(Stop::Noted) }
    }

    /// Whether there is one at that place.
    pub fn are_at(&self, place: &Place<'_>) -> bool {
        let pointer = place.to_string();
        self.0.borrow().iter().any(|fault| fault.pointer == pointer)
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0.into_inner()
    }
}
