//! The route of a request, by its path and method.

use std::cell::OnceCell;

use super::Incoming;
use crate::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Problem};
use crate::route::Route;

thread_local! {
    /// The paths of the component's routes. Constant, built once an instance.
    static PATHS: OnceCell<matchit::Router<Vec<usize>>> = const { OnceCell::new() };
}

/// A route, and what stands in the path for its parameters.
type Found<Op> = (&'static Route<Op>, Vec<(String, String)>);

/// Finds it: 404, or 405 with `Allow`.
pub fn find<Op>(routes: &'static [Route<Op>], incoming: &Incoming) -> Result<Found<Op>, Problem> {
    PATHS.with(|paths| {
        let paths = paths.get_or_init(|| build(routes));
        let found = paths.at(incoming.uri().path()).map_err(|_| Problem::new(&NOT_FOUND))?;
        let wanted = if incoming.method() == http::Method::HEAD { "GET" } else { incoming.method().as_str() };
        let candidates = found.value.iter().map(|at| &routes[*at]);
        let Some(route) = candidates.clone().find(|route| route.method.as_str() == wanted) else {
            return Err(Problem::new(&METHOD_NOT_ALLOWED).header("allow", allowed(candidates)));
        };
        Ok((route, found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    })
}

/// The methods of a path; what answers `GET` answers `HEAD`.
fn allowed<'a, Op: 'a>(routes: impl Iterator<Item = &'a Route<Op>>) -> String {
    let methods = routes.map(|route| match route.method.as_str() {
        "GET" => "GET, HEAD",
        other => other,
    });
    methods.collect::<Vec<_>>().join(", ")
}

fn build<Op>(routes: &[Route<Op>]) -> matchit::Router<Vec<usize>> {
    let mut router = matchit::Router::new();
    for (at, route) in routes.iter().enumerate() {
        let same: Vec<usize> = (0..routes.len()).filter(|other| routes[*other].path == route.path).collect();
        if same.first() == Some(&at) {
            // Refused paths can't occur: a test of every component builds this table.
            let _ = router.insert(route.path, same);
        }
    }
    router
}
