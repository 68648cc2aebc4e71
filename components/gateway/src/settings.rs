//! What the manifest says about the route: variables of the component behind the gateway, which inherits them.
//!
//! | Variable                      | Says                                                        | Default   |
//! |-------------------------------|-------------------------------------------------------------|-----------|
//! | `gateway_permission`          | what a caller must be allowed to do in its tenant           | `analyze` |
//! | `gateway_metered`             | whether a call counts against the plan's quota of calls     | `true`    |
//! | `gateway_audited`             | whether a call that may change something is noted by itself | `true`    |
//! | `gateway_forward_credentials` | whether the workload sees `Authorization` and `X-API-Key`   | `false`   |

use std::cell::Cell;

use insula_domain::permission::Permission;
use insula_kit::Problem;
use insula_kit::config::variable;
use insula_kit::problem::INTERNAL;
use insula_kit::route::Access;

/// The settings of one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What the caller must be allowed to do.
    pub permission: Permission,
    /// Whether a call counts.
    pub metered: bool,
    /// Whether a call that may change something is an entry of the tenant's log before the workload has it.
    pub audited: bool,
    /// Whether the credential goes on to the workload.
    pub forward_credentials: bool,
}

/// A variable that says nothing that we know. Nobody is let in then: a slip of the pen must not open a door.
#[derive(Debug, thiserror::Error)]
#[error("the variable `{0}` has a value that is not known")]
pub struct Unknown(&'static str);

thread_local! {
    /// Constant for the instance, as the manifest is.
    static SETTINGS: Cell<Option<Settings>> = const { Cell::new(None) };
}

impl Settings {
    /// The settings of this instance.
    ///
    /// # Errors
    ///
    /// `internal` for a value that is not known.
    pub async fn load() -> Result<Self, Problem> {
        if let Some(settings) = SETTINGS.get() {
            return Ok(settings);
        }
        let settings = Self::parse(
            variable("gateway_permission").await.as_deref(),
            variable("gateway_metered").await.as_deref(),
            variable("gateway_audited").await.as_deref(),
            variable("gateway_forward_credentials").await.as_deref(),
        )
        .map_err(|unknown| Problem::new(&INTERNAL).caused_by(unknown))?;
        SETTINGS.set(Some(settings));
        Ok(settings)
    }

    fn parse(
        permission: Option<&str>,
        metered: Option<&str>,
        audited: Option<&str>,
        forward_credentials: Option<&str>,
    ) -> Result<Self, Unknown> {
        Ok(Self {
            permission: permission
                .map_or(Some(Permission::Analyze), Permission::parse)
                .ok_or(Unknown("gateway_permission"))?,
            metered: flag(metered, true).ok_or(Unknown("gateway_metered"))?,
            audited: flag(audited, true).ok_or(Unknown("gateway_audited"))?,
            forward_credentials: flag(forward_credentials, false)
                .ok_or(Unknown("gateway_forward_credentials"))?,
        })
    }

    /// The rule that the guard is asked to apply.
    #[must_use]
    pub fn access(self) -> Access {
        Access::Permission(self.permission)
    }
}

fn flag(text: Option<&str>, default: bool) -> Option<bool> {
    match text {
        None => Some(default),
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        let expected = Settings {
            permission: Permission::Analyze,
            metered: true,
            audited: true,
            forward_credentials: false,
        };
        assert_eq!(Settings::parse(None, None, None, None).unwrap(), expected);
        let said = Settings::parse(Some("view_reports"), Some("false"), Some("false"), Some("true")).unwrap();
        let expected = Settings {
            permission: Permission::ViewReports,
            metered: false,
            audited: false,
            forward_credentials: true,
        };
        assert_eq!(said, expected);
    }

    /// Protects every tenant: a permission that is misspelt must not be none.
    #[test]
    fn a_value_that_is_not_known_lets_nobody_in() {
        for permission in ["", "analyse", "Analyze", "none", "*"] {
            assert!(Settings::parse(Some(permission), None, None, None).is_err(), "{permission}");
        }
        for flag in ["", "1", "yes", "True"] {
            assert!(Settings::parse(None, Some(flag), None, None).is_err(), "{flag}");
            assert!(Settings::parse(None, None, Some(flag), None).is_err(), "{flag}");
            assert!(Settings::parse(None, None, None, Some(flag)).is_err(), "{flag}");
        }
    }
}
