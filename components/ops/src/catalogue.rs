//! The catalogue of problems: every kind that this server can answer with, from all components and the host.

use insula_kit::Problem;
use insula_kit::problem::INTERNAL;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Written by `cargo xtask docs`.
const GENERATED: &str = include_str!("../generated/problems.json");

/// A kind of problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemKind {
    /// The `type` of its problems: a reference relative to this server.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/invalid")]
    pub reference: String,
    /// The last part of `type`. It never changes, so programs can branch on it.
    #[schema(example = "invalid")]
    pub slug: String,
    /// The HTTP status that it is sent with.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened, in a few words that never vary.
    #[schema(example = "The input is not valid")]
    pub title: String,
    /// What it means and what to do.
    pub about: String,
}

/// The embedded catalogue could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the embedded catalogue of problems is unreadable")]
pub struct Unreadable(#[from] serde_json::Error);

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        Self::new(&INTERNAL).caused_by(error)
    }
}

/// Every kind, by status and slug.
///
/// # Errors
///
/// [`Unreadable`], which a test of this crate rules out.
pub fn all() -> Result<Vec<ProblemKind>, Unreadable> {
    Ok(serde_json::from_str(GENERATED)?)
}

/// The kind with that slug.
///
/// # Errors
///
/// As [`all`].
pub fn find(slug: &str) -> Result<Option<ProblemKind>, Unreadable> {
    Ok(all()?.into_iter().find(|kind| kind.slug == slug))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_can_be_read() {
        let kinds = all().unwrap();
        assert!(kinds.len() >= insula_kit::problem::KINDS.len());
    }

    #[test]
    fn every_kind_of_the_library_is_found_as_it_is_sent() {
        for kind in insula_kit::problem::KINDS {
            let found = find(kind.slug).unwrap().unwrap_or_else(|| panic!("{} is missing", kind.slug));
            assert_eq!((found.status, found.title.as_str()), (kind.status, kind.title));
            assert_eq!(found.reference, format!("/problems/{}", kind.slug));
        }
        assert_eq!(find("no-such-problem").unwrap(), None);
    }
}
