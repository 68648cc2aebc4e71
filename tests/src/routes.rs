//! The one list of all endpoint groups, for everything that walks all routes.

use insula_kit::problem::Kind;
use insula_kit::route::Route;

/// An endpoint group: the routes of one component.
#[derive(Clone, Debug)]
pub struct Group {
    /// The component's name in `spin.toml`.
    pub name: &'static str,
    /// What the group is about, for the documentation.
    pub about: &'static str,
    /// Its routes.
    pub routes: Vec<Route<()>>,
    /// The kinds of problems that are its own.
    pub kinds: &'static [&'static Kind],
}

macro_rules! group {
    ($name:literal, $about:literal, $group:ident) => {
        Group {
            name: $name,
            about: $about,
            routes: $group::ROUTES.iter().map(|route| route.described()).collect(),
            kinds: $group::KINDS,
        }
    };
}

/// Every endpoint group, in the order of the documentation.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![
        group!("auth", "People, their logins, and the keys that access tokens are signed with.", insula_auth),
        group!("tenants", "The accounts that own everything else.", insula_tenants),
        group!("keys", "API keys: the credentials of programs.", insula_keys),
        group!("quality", "Data-quality analysis of CSV files, and the stored reports.", insula_quality),
        group!("usage", "What a tenant has used, and what its plan includes.", insula_usage),
        group!(
            "gdpr",
            "The audit log: what was done, and the proof that nothing of it was changed.",
            insula_gdpr
        ),
        group!("ops", "Health, problems, this documentation, migrations and what is due.", insula_ops),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Path and component of each HTTP trigger.
    fn triggers() -> Vec<(String, String)> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml");
        let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let triggers = manifest["trigger"]["http"].as_array().unwrap();
        let text = |trigger: &toml::Value, key: &str| trigger[key].as_str().map(str::to_owned);
        triggers.iter().filter_map(|one| Some((text(one, "route")?, text(one, "component")?))).collect()
    }

    /// How many characters of a path a trigger's route names, if it leads there: the longest one is taken.
    fn matched(route: &str, path: &str) -> Option<usize> {
        let (wanted, open) = route.strip_suffix("/...").map_or((route, false), |prefix| (prefix, true));
        let (wanted, found): (Vec<_>, Vec<_>) = (wanted.split('/').collect(), path.split('/').collect());
        let fits = |(wanted, found): (&&str, &&str)| wanted.starts_with(':') || wanted == found;
        let is_long_enough = if open { found.len() >= wanted.len() } else { found.len() == wanted.len() };
        let length: usize = wanted.iter().map(|segment| segment.len() + 1).sum();
        (is_long_enough && wanted.iter().zip(&found).all(fits)).then_some(length + usize::from(!open))
    }

    #[test]
    fn every_http_component_of_the_manifest_is_a_group_and_no_other() {
        let served: BTreeSet<String> = triggers().into_iter().map(|(_, component)| component).collect();
        let listed: BTreeSet<String> = groups().iter().map(|group| group.name.to_owned()).collect();
        assert_eq!(served, listed);
    }

    /// A route whose path leads to another component would answer 404 and look tested.
    #[test]
    fn the_manifest_leads_every_path_to_the_component_that_answers_it() {
        let triggers = triggers();
        for group in groups() {
            for route in &group.routes {
                let (_, component) = triggers
                    .iter()
                    .filter_map(|(pattern, component)| Some((matched(pattern, route.path)?, component)))
                    .max()
                    .unwrap_or_else(|| panic!("nothing leads to {}", route.path));
                assert_eq!(component, group.name, "{}", route.path);
            }
        }
    }

    /// Spin 4.1's router loses the routes that are added after one that stands before `/...` and has a dot in it.
    #[test]
    fn what_comes_after_everything_else_in_the_manifest_is_the_path_with_a_dot() {
        let triggers = triggers();
        let everything = triggers.iter().position(|(route, _)| route == "/...").unwrap();
        let dotted: Vec<usize> =
            (0..triggers.len()).filter(|at| triggers[*at].0.trim_end_matches("/...").contains('.')).collect();
        assert_eq!(dotted, (everything + 1..triggers.len()).collect::<Vec<_>>());
    }

    /// A component whose paths contradict each other answers nothing.
    #[test]
    fn the_route_tables_build_and_no_operation_is_named_twice() {
        let mut ids = BTreeSet::new();
        for group in groups() {
            let paths: BTreeSet<&str> = group.routes.iter().map(|route| route.path).collect();
            let mut router = matchit::Router::new();
            for path in paths {
                router.insert(path, ()).unwrap_or_else(|error| panic!("{path}: {error}"));
            }
            for route in &group.routes {
                assert!(ids.insert(route.doc.id), "{}", route.doc.id);
            }
        }
    }

    #[test]
    fn method_and_path_name_one_route_of_all() {
        let mut seen = BTreeSet::new();
        for route in groups().iter().flat_map(|group| &group.routes) {
            assert!(seen.insert((route.path, route.method)), "{:?} {}", route.method, route.path);
        }
    }
}
