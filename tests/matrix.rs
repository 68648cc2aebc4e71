//! Every route of every component, by the route tables: a route that nobody listed fails here.

mod access;
mod audited;
mod fuzzed;
mod good;
mod granted;
mod isolation;
mod malformed;
mod read;
mod repeated;
mod samples;
mod shape;
mod tagged;
mod whole;
mod world;
