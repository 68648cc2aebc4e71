//! The HTTP side: what happens to a request before a component sees it, and to the answer after.

pub mod allowed_hosts;
pub mod body;
pub mod headers;
pub mod identity;
pub(crate) mod limited;
pub mod outgoing;
pub(crate) mod pace;
pub mod route;
