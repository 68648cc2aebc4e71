//! The members of a tenant, and who may change which of them.

use insula_domain::role::Role;
use insula_kit::id::UserId;
use insula_kit::time::Timestamp;

/// A person in a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user_id: UserId,
    pub email: String,
    pub name: Option<String>,
    pub role: Role,
    pub joined_at: Timestamp,
}

/// Whether somebody with the role `actor` may make a member with the role `before` one with the role `after`, or remove
/// it (none): owners are the affair of owners, otherwise an admin could make itself one.
pub fn may_change(actor: Role, before: Role, after: Option<Role>) -> bool {
    actor == Role::Owner || (before != Role::Owner && after != Some(Role::Owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_owner_makes_changes_or_removes_an_owner() {
        for other in Role::ALL {
            assert!(
                may_change(Role::Owner, other, Some(Role::Owner))
                    && may_change(Role::Owner, Role::Owner, None)
            );
            assert!(!may_change(Role::Admin, other, Some(Role::Owner)));
            assert!(!may_change(Role::Admin, Role::Owner, Some(other)));
        }
        assert!(!may_change(Role::Admin, Role::Owner, None));
        assert!(may_change(Role::Admin, Role::Admin, None));
        assert!(may_change(Role::Admin, Role::Viewer, Some(Role::Admin)));
    }
}
