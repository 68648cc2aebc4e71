//! What the host offers a component, and whoever starts it.

mod config;
mod start;
mod tls;
