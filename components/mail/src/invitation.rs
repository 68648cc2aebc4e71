//! The token of an invitation, which `tenants` mails and `auth` accepts.

use insula_kit::token::{Purpose, Token};

/// Lets its holder join a tenant.
pub enum Invitation {}

impl Purpose for Invitation {
    const PREFIX: &'static str = "ins_invite_";
}

/// The text of a token.
pub type InvitationToken = Token<Invitation>;
