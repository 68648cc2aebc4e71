//! What a member of a tenant is. The role table: role → permissions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::permission::Permission::{self, *};

/// The part a person plays in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, including billing and users.
    Owner,
    /// Users, keys and all analysis.
    Admin,
    /// Runs analyses, reads reports and usage.
    Analyst,
    /// Reads reports.
    Viewer,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Analyst, Self::Viewer];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Owner => &Permission::ALL,
            Self::Admin => {
                &[Analyze, Fix, Generate, Query, ViewReports, ViewUsage, ManageKeys, ManageUsers, ViewAudit]
            }
            Self::Analyst => &[Analyze, Fix, Generate, Query, ViewReports, ViewUsage],
            Self::Viewer => &[ViewReports],
        }
    }

    /// Whether the role may do it.
    #[must_use]
    pub fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// The roles that may do it.
    pub fn allowing(permission: Permission) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.allows(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table once more, by hand: whoever changes it changes it twice, and sees it.
    #[test]
    fn each_role_may_do_what_was_decided_and_nothing_else() {
        let work = [Analyze, Fix, Generate, Query, ViewReports, ViewUsage];
        let office = [ManageKeys, ManageUsers, ViewAudit];
        let house = [ManageTenant, ManageBilling, ManagePrivacy];
        for permission in Permission::ALL {
            let expected = [
                true,
                work.contains(&permission) || office.contains(&permission),
                work.contains(&permission),
                permission == ViewReports,
            ];
            assert_eq!(Role::ALL.map(|role| role.allows(permission)), expected, "{permission:?}");
        }
        assert_eq!(Permission::ALL.len(), work.len() + office.len() + house.len());
    }

    #[test]
    fn each_role_may_do_all_that_a_lesser_role_may() {
        for pair in Role::ALL.windows(2) {
            for permission in pair[1].permissions() {
                assert!(pair[0].allows(*permission), "{:?} lacks {permission:?} of {:?}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn only_the_owner_touches_money_the_tenant_and_privacy() {
        for permission in [ManageBilling, ManageTenant, ManagePrivacy] {
            assert_eq!(Role::allowing(permission).collect::<Vec<_>>(), [Role::Owner]);
        }
    }
}
