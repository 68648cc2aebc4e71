//! What a caller may do. Every route names one, or says why it needs none.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing that a caller may do inside a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Analyse data.
    Analyze,
    /// Correct data.
    Fix,
    /// Generate synthetic data.
    Generate,
    /// Query datasets.
    Query,
    /// Read stored reports.
    ViewReports,
    /// Read usage figures.
    ViewUsage,
    /// Make, change and revoke API keys.
    ManageKeys,
    /// Add, change and remove members.
    ManageUsers,
    /// Change the tenant itself.
    ManageTenant,
    /// Change plan and billing profile, read invoices.
    ManageBilling,
    /// Read the audit log.
    ViewAudit,
    /// Export and erase personal data.
    ManagePrivacy,
}

impl Permission {
    /// Every permission, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Analyze,
        Self::Fix,
        Self::Generate,
        Self::Query,
        Self::ViewReports,
        Self::ViewUsage,
        Self::ManageKeys,
        Self::ManageUsers,
        Self::ManageTenant,
        Self::ManageBilling,
        Self::ViewAudit,
        Self::ManagePrivacy,
    ];

    /// Whether it makes credentials or members, or changes what the tenant is: what is done with it lasts longer than the
    /// session that it was done in.
    #[must_use]
    pub const fn is_power(self) -> bool {
        match self {
            Self::ManageKeys
            | Self::ManageUsers
            | Self::ManageTenant
            | Self::ManageBilling
            | Self::ManagePrivacy => true,
            Self::Analyze
            | Self::Fix
            | Self::Generate
            | Self::Query
            | Self::ViewReports
            | Self::ViewUsage
            | Self::ViewAudit => false,
        }
    }

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Fix => "fix",
            Self::Generate => "generate",
            Self::Query => "query",
            Self::ViewReports => "view_reports",
            Self::ViewUsage => "view_usage",
            Self::ManageKeys => "manage_keys",
            Self::ManageUsers => "manage_users",
            Self::ManageTenant => "manage_tenant",
            Self::ManageBilling => "manage_billing",
            Self::ViewAudit => "view_audit",
            Self::ManagePrivacy => "manage_privacy",
        }
    }

    /// The permission of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
    }
}

/// Writes `to_wit` and `from_wit`: between [`Permission`] and the enum of the same names that a component generates from
/// `insula:access/types`. Every component generates one of its own.
#[macro_export]
macro_rules! permission_in_wit {
    ($generated:ty) => {
        $crate::permission_in_wit!(
            $generated: Analyze Fix Generate Query ViewReports ViewUsage ManageKeys ManageUsers ManageTenant
                ManageBilling ViewAudit ManagePrivacy
        );
    };
    ($generated:ty: $($name:ident)+) => {
        pub(crate) const fn to_wit(permission: $crate::permission::Permission) -> $generated {
            type Generated = $generated;
            match permission { $($crate::permission::Permission::$name => Generated::$name),+ }
        }
        pub(crate) const fn from_wit(permission: $generated) -> $crate::permission::Permission {
            type Generated = $generated;
            match permission { $(Generated::$name => $crate::permission::Permission::$name),+ }
        }
    };
}
