//! Every operation, one file each.

mod auth;
mod gdpr;
mod keys;
mod ops;
mod quality;
mod tenants;
mod usage;
