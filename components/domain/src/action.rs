//! What is in the audit log: every action has one word, which is as stable as a route.

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $word:literal;)*) => {
        /// Something that was done, or tried.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$action),*];

            /// Its word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $word,)*
                }
            }
        }
    };
}

actions! {
    /// A key was made.
    KeyCreated = "key.created";
    /// A key of another system was brought.
    KeyImported = "key.imported";
    /// What a key may do was changed.
    KeyChanged = "key.changed";
    /// A key was replaced by another.
    KeyRotated = "key.rotated";
    /// A key was ended.
    KeyRevoked = "key.revoked";
    /// A key was ended because it was found in public.
    KeyLeaked = "key.leaked";
    /// A key was used from a network that it wasn't used from before.
    KeyNewNetwork = "key.new_network";
    /// Somebody was invited.
    InvitationCreated = "invitation.created";
    /// An invitation counts no more.
    InvitationWithdrawn = "invitation.withdrawn";
    /// Who was invited is a member.
    InvitationAccepted = "invitation.accepted";
    /// What a member is was changed.
    MemberRoleChanged = "member.role_changed";
    /// A member was removed.
    MemberRemoved = "member.removed";
    /// A tenant was made.
    TenantCreated = "tenant.created";
    /// What a tenant is besides its state was changed.
    TenantChanged = "tenant.changed";
    /// A tenant's calls are refused.
    TenantSuspended = "tenant.suspended";
    /// A tenant's calls are let in again.
    TenantActivated = "tenant.activated";
    /// A tenant is on its way out.
    TenantDeprovisioning = "tenant.deprovisioning";
    /// All that a tenant had is gone.
    TenantDeleted = "tenant.deleted";
    /// A tenant's own database could not be reached for a week, and what is there is left to whoever has it.
    TenantDatabaseLeft = "tenant.database_left";
    /// What a tenant may was set.
    LimitSet = "limit.set";
    /// What a tenant may is again what its plan says.
    LimitCleared = "limit.cleared";
    /// What a plan says was set.
    PlanSet = "plan.set";
    /// What a tenant demands of its members was changed.
    TenantSecurityChanged = "tenant.security_changed";
    /// A report was made and stored.
    ReportCreated = "report.created";
    /// A report was read.
    ReportRead = "report.read";
    /// The reports were listed.
    ReportsListed = "report.listed";
    /// A call that may change something was handed to a workload behind the gateway.
    WorkloadCalled = "workload.called";
    /// A workload behind the gateway told what it did with a tenant's data.
    WorkloadReported = "workload.reported";
    /// Somebody registered.
    PersonRegistered = "person.registered";
    /// An address was proven.
    EmailVerified = "email.verified";
    /// What proves an address was mailed to it once more.
    EmailVerificationMailed = "email.verification_mailed";
    /// Somebody chose another password.
    PasswordChanged = "password.changed";
    /// Somebody, whoever it was, wanted a person's password replaced, and the code for that is made and goes to the person.
    PasswordResetMailed = "password.reset_mailed";
    /// Somebody who had lost it chose another password.
    PasswordReset = "password.reset";
    /// A second factor was begun.
    SecondFactorStarted = "second_factor.started";
    /// A second factor counts.
    SecondFactorConfirmed = "second_factor.confirmed";
    /// A second factor counts no more.
    SecondFactorRemoved = "second_factor.removed";
    /// Recovery codes were replaced.
    SecondFactorCodesRenewed = "second_factor.codes_renewed";
    /// Somebody logged in.
    SessionStarted = "session.started";
    /// Somebody tried to log in, or to prove who it is, and could not.
    LoginFailed = "login.failed";
    /// A session goes on: its refresh token was exchanged.
    SessionRefreshed = "session.refreshed";
    /// A session acts in another tenant.
    SessionSwitched = "session.switched";
    /// A session was ended because one of its refresh tokens came a second time.
    SessionReuseDetected = "session.reuse_detected";
    /// A session was ended.
    SessionEnded = "session.ended";
    /// Every session of a person was ended.
    SessionsEnded = "sessions.ended";
    /// The operator read what is a tenant's.
    OperatorRead = "operator.read";
    /// The operator acts as a person from now on, for a while.
    OperatorImpersonated = "operator.impersonated";
    /// The operator called something that doesn't only read, as a person.
    OperatorActed = "operator.acted";
    /// The operator acts as a person no longer: that was ended before its time.
    ImpersonationEnded = "impersonation.ended";
    /// Somebody was refused what it may not do.
    PermissionRefused = "permission.refused";
    /// A tenant's audit log was written to a file.
    AuditLogExported = "audit_log.exported";
    /// A checkpoint of a tenant's audit log was asked for.
    AuditLogSigned = "audit_log.signed";
    /// A tenant's audit log was checked from its beginning, or from there on.
    AuditLogVerified = "audit_log.verified";
    /// Another key signs access tokens, from now on or soon.
    SigningKeyAdded = "signing_key.added";
    /// Keys were wrapped anew, by another master key.
    KeysRewrapped = "keys.rewrapped";
}

impl Action {
    /// Whether it is about a person's account, or the platform, whatever tenant the caller acts in. The log that it goes to
    /// must not be the caller's to choose: who has stolen a session could make a tenant for the purpose.
    #[must_use]
    pub const fn is_beyond_tenants(self) -> bool {
        matches!(
            self,
            Self::PersonRegistered
                | Self::EmailVerified
                | Self::EmailVerificationMailed
                | Self::PasswordChanged
                | Self::PasswordResetMailed
                | Self::PasswordReset
                | Self::SecondFactorStarted
                | Self::SecondFactorConfirmed
                | Self::SecondFactorCodesRenewed
                | Self::SecondFactorRemoved
                | Self::LoginFailed
                | Self::SessionReuseDetected
                | Self::SessionEnded
                | Self::SessionsEnded
                | Self::SigningKeyAdded
                | Self::KeysRewrapped
                | Self::PlanSet
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_word_of_its_own() {
        for (at, action) in Action::ALL.iter().enumerate() {
            let word = action.as_str();
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte)), "{word}");
            assert!(!Action::ALL[..at].iter().any(|other| other.as_str() == word), "{word}");
        }
    }
}
