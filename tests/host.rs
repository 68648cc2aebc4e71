//! What the host offers a component, and whoever starts it.

mod audit;
mod config;
mod due;
mod offers;
mod start;
mod tls;
mod wire;
