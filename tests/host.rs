//! What the host offers a component.

mod config;
mod tls;
