//! What is promised in writing, compared with what is there.

mod capabilities;
mod data;
mod documents;
mod scope;
