//! Every operation, one file each.

mod auth;
mod keys;
mod ops;
mod quality;
mod tenants;
mod usage;
