//! What looks at all components together: the list of their routes, and the documents that are written from it.

pub mod docs;
pub mod routes;

pub mod journeys;
pub mod support;
