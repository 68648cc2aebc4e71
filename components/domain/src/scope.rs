//! What an API key was made for. The scope table: scope → permissions.
//!
//! A key may do what one of its scopes *and* its creator's present role allow.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::permission::Permission::{self, *};
use crate::role::Role;

/// One purpose of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read reports and usage.
    Read,
    /// Every operation on data.
    Write,
    /// Generate synthetic data.
    Generate,
    /// Analyse data.
    Analyze,
    /// Correct data.
    Fix,
    /// Query datasets.
    Query,
    /// Keys, users, the tenant, audit and privacy.
    Admin,
    /// Plan, billing profile and invoices.
    Billing,
}

impl Scope {
    /// Every scope, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::Generate,
        Self::Analyze,
        Self::Fix,
        Self::Query,
        Self::Admin,
        Self::Billing,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Generate => "generate",
            Self::Analyze => "analyze",
            Self::Fix => "fix",
            Self::Query => "query",
            Self::Admin => "admin",
            Self::Billing => "billing",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// What the scope lets a key do, as far as its creator's role allows it too.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Read => &[ViewReports, ViewUsage],
            Self::Write => &[Analyze, Fix, Generate, Query],
            Self::Generate => &[Generate],
            Self::Analyze => &[Analyze],
            Self::Fix => &[Fix],
            Self::Query => &[Query],
            Self::Admin => &[ManageKeys, ManageUsers, ManageTenant, ViewAudit, ManagePrivacy],
            Self::Billing => &[ManageBilling],
        }
    }

    /// The scopes that let a key do it.
    pub fn allowing(permission: Permission) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |scope| scope.permissions().contains(&permission))
    }
}

/// The scopes of a key as stored: names separated by single spaces.
#[must_use]
pub fn to_text(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// Reads what [`to_text`] wrote. Names that are no scope grant nothing.
#[must_use]
pub fn from_text(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(Scope::parse).collect()
}

/// What a caller may do: the role's permissions, narrowed by the scopes of a key.
#[must_use]
pub fn effective(role: Role, scopes: Option<&[Scope]>) -> Vec<Permission> {
    let in_scope = |permission: &Permission| {
        scopes.is_none_or(|scopes| scopes.iter().any(|scope| scope.permissions().contains(permission)))
    };
    role.permissions().iter().copied().filter(in_scope).collect()
}

/// The scopes that stand for what a caller may do: those of which it may do everything.
#[must_use]
pub fn covered(permissions: &[Permission]) -> Vec<Scope> {
    let is_covered = |scope: &Scope| scope.permissions().iter().all(|needed| permissions.contains(needed));
    Scope::ALL.into_iter().filter(is_covered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table once more, by hand: whoever changes it changes it twice, and sees it.
    #[test]
    fn each_scope_lets_do_what_was_decided_and_nothing_else() {
        let decided: [(&str, &[&str]); 8] = [
            ("read", &["view_reports", "view_usage"]),
            ("write", &["analyze", "fix", "generate", "query"]),
            ("generate", &["generate"]),
            ("analyze", &["analyze"]),
            ("fix", &["fix"]),
            ("query", &["query"]),
            ("admin", &["manage_keys", "manage_privacy", "manage_tenant", "manage_users", "view_audit"]),
            ("billing", &["manage_billing"]),
        ];
        assert_eq!(Scope::ALL.map(Scope::as_str), decided.map(|(name, _)| name));
        for (scope, (name, expected)) in Scope::ALL.into_iter().zip(decided) {
            let mut granted: Vec<_> = scope.permissions().iter().map(|one| one.as_str()).collect();
            granted.sort_unstable();
            assert_eq!(granted, expected, "{name}");
        }
    }

    #[test]
    fn every_permission_can_be_reached_by_some_scope() {
        for permission in Permission::ALL {
            assert!(Scope::allowing(permission).count() > 0, "{permission:?}");
        }
    }

    #[test]
    fn a_key_never_exceeds_its_creators_role() {
        let everything = Scope::ALL;
        for role in Role::ALL {
            assert_eq!(effective(role, Some(&everything)), role.permissions());
        }
    }

    /// Protects a workload that believes them: scopes never say more than the permissions do.
    #[test]
    fn the_scopes_of_permissions_allow_those_and_no_others() {
        for role in Role::ALL {
            for scope in Scope::ALL {
                let may = effective(role, Some(&[scope]));
                let said = covered(&may);
                assert!(said.iter().flat_map(|scope| scope.permissions()).all(|one| may.contains(one)));
                assert_eq!(
                    said.contains(&scope),
                    may.len() == scope.permissions().len(),
                    "{role:?} {scope:?}"
                );
            }
        }
        assert_eq!(covered(&[]), []);
        assert_eq!(covered(Role::Owner.permissions()), Scope::ALL);
    }

    #[test]
    fn unknown_words_in_storage_grant_nothing() {
        assert_eq!(from_text("read root analyze "), [Scope::Read, Scope::Analyze]);
        assert_eq!(from_text(&to_text(&Scope::ALL)), Scope::ALL);
    }
}
