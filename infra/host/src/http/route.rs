//! Which route a path belongs to, with Spin's precedence: segment by segment a literal beats a
//! parameter and a parameter beats the rest of the path; a trailing slash makes no difference.

use std::collections::HashMap;

/// A route as the manifest writes it: `/a/b`, `/a/:id/c`, `/a/...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
    rest: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// Why a text is no route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `...` or `*` in the middle.
    #[error("a wildcard can only be the last segment")]
    WildcardInside,
    /// `:` without a name.
    #[error("a parameter needs a name")]
    UnnamedParameter,
}

impl Pattern {
    /// Reads a route.
    ///
    /// # Errors
    ///
    /// When a wildcard is not the last segment or a parameter has no name.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let absolute = if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
        let mut segments = Vec::new();
        let mut rest = false;
        for part in parts(&absolute) {
            if rest {
                return Err(PatternError::WildcardInside);
            }
            match part.strip_prefix(':') {
                Some("") => return Err(PatternError::UnnamedParameter),
                Some(name) => segments.push(Segment::Parameter(name.to_owned())),
                None if part == "..." || part == "*" => rest = true,
                None => segments.push(Segment::Literal(part.to_owned())),
            }
        }
        Ok(Self { text: absolute, segments, rest })
    }

    /// The route as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The route without its wildcard.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.text.strip_suffix("/...").unwrap_or(&self.text)
    }

    /// What two routes have in common when they match the same paths.
    #[must_use]
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Literal(text) => shape.push_str(text),
                Segment::Parameter(_) => shape.push(':'),
            }
        }
        if self.rest {
            shape.push_str("/*");
        }
        shape
    }

    /// Whether it is the route that takes every path.
    #[must_use]
    pub fn is_catch_all(&self) -> bool {
        self.segments.is_empty() && self.rest
    }

    fn is_literal(&self) -> bool {
        !self.rest && self.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
    }

    /// Sorts better routes first: a literal before a parameter before a wildcard.
    fn rank(&self) -> Vec<u8> {
        let mut rank: Vec<u8> = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Parameter(_) => 1,
            })
            .collect();
        if self.rest {
            rank.push(2);
        }
        rank
    }

    fn matches<'p>(&self, path: &'p str) -> Option<Captures<'p>> {
        let mut parameters = Vec::new();
        let mut remaining = path;
        for segment in &self.segments {
            let (part, after) = next_part(remaining)?;
            match segment {
                Segment::Literal(text) if text == part => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) => parameters.push(part),
            }
            remaining = after;
        }
        let ended = next_part(remaining).is_none();
        match (self.rest, ended) {
            (true, _) => Some(Captures { parameters, rest: remaining }),
            (false, true) => Some(Captures { parameters, rest: "" }),
            (false, false) => None,
        }
    }

    fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => Some(name.as_str()),
        })
    }
}

struct Captures<'p> {
    parameters: Vec<&'p str>,
    rest: &'p str,
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// The first segment of a path and what follows it, which still begins with its slash.
fn next_part(path: &str) -> Option<(&str, &str)> {
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return None;
    }
    Some(path.find('/').map_or((path, ""), |end| path.split_at(end)))
}

/// All routes of an application, each with what it leads to.
#[derive(Debug)]
pub struct Router<T> {
    routes: Vec<(Pattern, T)>,
    literal: HashMap<String, usize>,
    others: Vec<usize>,
}

/// What was found for a path.
#[derive(Debug)]
pub struct Match<'r, 'p, T> {
    /// What the route leads to.
    pub target: &'r T,
    /// The route.
    pub pattern: &'r Pattern,
    /// What the wildcard stands for, with its leading slash.
    pub rest: &'p str,
    parameters: Vec<&'p str>,
}

impl<'r, 'p, T> Match<'r, 'p, T> {
    /// The parameters and what the path has in their places.
    pub fn parameters(&self) -> impl Iterator<Item = (&'r str, &'p str)> {
        self.pattern.parameter_names().zip(self.parameters.iter().copied())
    }
}

impl<T> Router<T> {
    /// A router over these routes; of two equal ones the first is kept.
    #[must_use]
    pub fn new(routes: Vec<(Pattern, T)>) -> Self {
        let mut literal = HashMap::new();
        let mut others = Vec::new();
        for (index, (pattern, _)) in routes.iter().enumerate() {
            if pattern.is_literal() {
                literal.entry(pattern.shape()).or_insert(index);
            } else {
                others.push(index);
            }
        }
        let rank = |index: &usize| routes.get(*index).map(|(pattern, _)| pattern.rank());
        others.sort_by_key(rank);
        Self { routes, literal, others }
    }

    /// The best route for a path.
    #[must_use]
    pub fn find<'p>(&self, path: &'p str) -> Option<Match<'_, 'p, T>> {
        let trimmed = path.trim_end_matches('/');
        if let Some((pattern, target)) = self.literal.get(trimmed).and_then(|index| self.routes.get(*index)) {
            return Some(Match { target, pattern, rest: "", parameters: Vec::new() });
        }
        self.others.iter().filter_map(|index| self.routes.get(*index)).find_map(|(pattern, target)| {
            let Captures { parameters, rest } = pattern.matches(path)?;
            Some(Match { target, pattern, rest, parameters })
        })
    }

    /// The routes in the manifest's order.
    pub fn routes(&self) -> impl Iterator<Item = (&Pattern, &T)> {
        self.routes.iter().map(|(pattern, target)| (pattern, target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&'static str]) -> Router<&'static str> {
        Router::new(routes.iter().map(|route| (Pattern::parse(route).unwrap(), *route)).collect())
    }

    fn find(routes: &[&'static str], path: &str) -> Option<&'static str> {
        router(routes).find(path).map(|found| *found.target)
    }

    #[test]
    fn an_exact_route_beats_a_parameter_which_beats_a_wildcard() {
        let routes = ["/...", "/api/...", "/api/:id", "/api/me", "/api/:id/keys"];

        assert_eq!(find(&routes, "/api/me"), Some("/api/me"));
        assert_eq!(find(&routes, "/api/7"), Some("/api/:id"));
        assert_eq!(find(&routes, "/api/7/keys"), Some("/api/:id/keys"));
        assert_eq!(find(&routes, "/api/7/other"), Some("/api/..."));
        assert_eq!(find(&routes, "/"), Some("/..."));
    }

    #[test]
    fn the_longest_prefix_wins_whatever_the_order() {
        for routes in [["/one/...", "/one/two/..."], ["/one/two/...", "/one/..."]] {
            assert_eq!(find(&routes, "/one/two/three"), Some("/one/two/..."));
            assert_eq!(find(&routes, "/one/three"), Some("/one/..."));
            assert_eq!(find(&routes, "/two"), None);
        }
    }

    #[test]
    fn a_trailing_slash_makes_no_difference_and_a_prefix_of_a_word_does() {
        assert_eq!(find(&["/test"], "/test/"), Some("/test"));
        assert_eq!(find(&["/test/..."], "/test"), Some("/test/..."));
        assert_eq!(find(&["/test/..."], "/testing"), None);
        assert_eq!(find(&["/"], "/"), Some("/"));
    }

    #[test]
    fn what_the_wildcard_and_the_parameters_stand_for_is_kept() {
        let router = router(&["/test/:one/..."]);
        for (path, rest) in [("/test/a", ""), ("/test/a/", "/"), ("/test/a/b/c/", "/b/c/")] {
            let found = router.find(path).unwrap();
            assert_eq!(found.rest, rest);
            assert_eq!(found.parameters().collect::<Vec<_>>(), [("one", "a")]);
        }
    }

    #[test]
    fn a_wildcard_elsewhere_and_a_nameless_parameter_are_refused() {
        assert_eq!(Pattern::parse("/a/.../b"), Err(PatternError::WildcardInside));
        assert_eq!(Pattern::parse("/a/:"), Err(PatternError::UnnamedParameter));
    }
}
