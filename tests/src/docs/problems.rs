//! The catalogue of all kinds of problems: the library's, every group's, and those that the host itself sends.

use std::collections::BTreeMap;

use insula_kit::problem::{KINDS, Kind};
use insula_ops::catalogue::ProblemKind;

use super::Error;
use crate::routes::{Group, groups};

/// Every kind of problem, by status and slug.
///
/// # Errors
///
/// [`Error::SameProblem`] for two that share a slug and differ.
pub fn catalogue(groups: &[Group]) -> Result<Vec<ProblemKind>, Error> {
    merge(KINDS.iter().chain(groups.iter().flat_map(|group| group.kinds)).map(|kind| of(kind)), host())
}

/// The slug of every kind.
#[must_use]
pub fn slugs() -> Vec<String> {
    let kinds = catalogue(&groups()).expect("the groups agree: a test below writes the same catalogue");
    kinds.into_iter().map(|kind| kind.slug).collect()
}

/// What the host sends without asking a component.
fn host() -> impl Iterator<Item = ProblemKind> {
    insula_host::problem::KINDS
        .iter()
        .map(|kind| named(kind.slug, kind.status, kind.title, kind.explanation.unwrap_or_default()))
}

/// A kind that the host shares with the components has one page: theirs. One of its own is explained.
fn merge(
    components: impl Iterator<Item = ProblemKind>,
    host: impl Iterator<Item = ProblemKind>,
) -> Result<Vec<ProblemKind>, Error> {
    let mut kinds: BTreeMap<String, ProblemKind> = BTreeMap::new();
    for kind in components {
        if kinds.get(&kind.slug).is_some_and(|other| *other != kind) {
            return Err(Error::SameProblem(kind.slug));
        }
        kinds.insert(kind.slug.clone(), kind);
    }
    for kind in host {
        match kinds.get(&kind.slug) {
            Some(other) if other.status != kind.status => return Err(Error::SameProblem(kind.slug)),
            Some(_) => {}
            None => {
                kinds.insert(kind.slug.clone(), kind);
            }
        }
    }
    let mut kinds: Vec<ProblemKind> = kinds.into_values().collect();
    kinds.sort_by(|one, other| (one.status, &one.slug).cmp(&(other.status, &other.slug)));
    Ok(kinds)
}

fn of(kind: &Kind) -> ProblemKind {
    named(kind.slug, kind.status, kind.title, kind.about)
}

/// `about` is a doc comment: each of its lines begins with a space.
fn named(slug: &str, status: u16, title: &str, about: &str) -> ProblemKind {
    ProblemKind {
        reference: format!("/problems/{slug}"),
        slug: slug.to_owned(),
        status,
        title: title.to_owned(),
        about: about.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(slug: &str, status: u16, title: &str) -> ProblemKind {
        named(slug, status, title, " What  to do.")
    }

    #[test]
    fn every_kind_is_explained_in_whole_sentences_and_has_a_slug_for_a_path() {
        for kind in catalogue(&groups()).unwrap() {
            let slug = kind.slug.as_str();
            assert!((400..600).contains(&kind.status), "{slug}");
            assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{slug}");
            assert!(!kind.title.is_empty() && !kind.title.ends_with('.'), "{slug}");
            assert!(kind.about.ends_with('.') && !kind.about.starts_with(' '), "{slug}: {}", kind.about);
        }
    }

    #[test]
    fn every_kind_of_every_group_is_in_the_catalogue_once() {
        let all = catalogue(&groups()).unwrap();
        for kind in KINDS.iter().chain(groups().iter().flat_map(|group| group.kinds)) {
            assert_eq!(all.iter().filter(|other| other.slug == kind.slug).count(), 1, "{}", kind.slug);
        }
    }

    #[test]
    fn two_groups_can_not_use_one_slug_for_two_kinds() {
        let twice = [kind("taken", 409, "Taken"), kind("taken", 409, "Another")];
        let refused = merge(twice.into_iter(), std::iter::empty());
        assert!(matches!(refused, Err(Error::SameProblem(slug)) if slug == "taken"));
    }

    #[test]
    fn a_kind_of_the_host_is_added_or_the_same_as_the_components() {
        let own = || [kind("internal", 500, "Wrong")].into_iter();
        let added = merge(own(), [kind("overloaded", 503, "Busy")].into_iter()).unwrap();
        assert_eq!(added, [kind("internal", 500, "Wrong"), kind("overloaded", 503, "Busy")]);
        assert_eq!(merge(own(), [kind("internal", 500, "Wrong")].into_iter()).unwrap().len(), 1);
        assert!(merge(own(), [kind("internal", 503, "Wrong")].into_iter()).is_err());
    }

    #[test]
    fn the_host_and_the_components_give_one_slug_one_title() {
        let components: Vec<ProblemKind> = KINDS.iter().map(|kind| of(kind)).collect();
        for kind in host() {
            let same = components.iter().find(|other| other.slug == kind.slug);
            assert!(same.is_none_or(|other| other.title == kind.title), "{}: {}", kind.slug, kind.title);
        }
    }

    #[test]
    fn kinds_are_in_the_order_of_status_and_slug() {
        let kinds = [kind("b", 500, "B"), kind("c", 400, "C"), kind("a", 500, "A")];
        let slugs: Vec<String> =
            merge(kinds.into_iter(), std::iter::empty()).unwrap().into_iter().map(|kind| kind.slug).collect();
        assert_eq!(slugs, ["c", "a", "b"]);
    }
}
