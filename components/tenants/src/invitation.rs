//! Invitations: offers to an address to join a tenant. Pure: no I/O, no clock.
//!
//! An invitation is accepted once, within a week, by whoever shows the code that was mailed, and belongs to the address.
//! It counts only while it could be sent: the tenant is active, and the person who sent it is still a member who may
//! invite as that. So whoever is removed leaves no door open behind it.

use insula_domain::role::Role;
use insula_kit::id::{InvitationId, UserId};
use insula_kit::time::Timestamp;
use insula_mail::email::Email;

/// How long an invitation can be accepted: a week. The letter says so.
pub const LIFETIME_MS: i64 = 7 * DAY_MS;
/// A stretch of time in which a tenant sends at most [`DAILY_LIMIT`] invitations, so that it can't be used to flood
/// mailboxes with mail.
pub const DAY_MS: i64 = 86_400_000;
/// The most invitations that a tenant sends in a day.
pub const DAILY_LIMIT: i64 = 100;

/// An invitation, as those who may invite see it.
pub struct Invitation {
    pub id: InvitationId,
    pub email: Email,
    pub role: Role,
    pub invited_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Whether somebody with the role `actor` may send, or withdraw, an invitation to be a `role`: owners are the affair of
/// owners.
pub fn may_invite(actor: Role, role: Role) -> bool {
    actor == Role::Owner || role != Role::Owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_owner_invites_an_owner() {
        for role in Role::ALL {
            assert!(may_invite(Role::Owner, role));
            assert_eq!(may_invite(Role::Admin, role), role != Role::Owner);
        }
    }
}
