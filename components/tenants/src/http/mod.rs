//! The operations as HTTP: one file each, and the JSON that they share.

pub mod change;
pub mod create;
pub mod diagnostics;
pub mod get;
pub mod invitations;
pub mod limits;
pub mod list;
pub mod members;
pub mod onboarding;
pub mod plans;
pub mod security;
pub mod state;
pub mod view;
