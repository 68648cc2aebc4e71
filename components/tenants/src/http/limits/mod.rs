//! What a tenant may, as HTTP.

pub mod clear;
pub mod get;
pub mod list;
pub mod set;
pub mod view;

use insula_kit::problem::NOT_FOUND;
use insula_kit::{Problem, Request};

use crate::limit::Subject;

/// The subject of the path. What can't be one is answered as one that nothing is set about.
fn subject(request: &Request) -> Result<Subject, Problem> {
    request.path_text("subject").and_then(Subject::parse).ok_or_else(|| Problem::new(&NOT_FOUND))
}
