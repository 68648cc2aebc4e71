//! The route table.

mod account;
mod impersonation;
mod master_key;
mod secrets;
mod session;
mod signing_keys;

use insula_kit::route::Route;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a person, and a tenant that it owns.
    Register,
    /// Makes a session.
    Login,
    /// Makes the next tokens of a session.
    Refresh,
    /// Ends sessions.
    Logout,
    /// Makes a token for another tenant.
    Switch,
    /// Reads who is calling.
    Me,
    /// Changes the password.
    ChangePassword,
    /// Makes a secret for a second factor.
    StartTotp,
    /// Makes the secret count.
    ConfirmTotp,
    /// Removes the second factor.
    RemoveTotp,
    /// Replaces the recovery codes.
    RenewRecoveryCodes,
    /// Proves an address.
    VerifyEmail,
    /// Mails what proves an address.
    SendVerification,
    /// Mails what a forgotten password is replaced with.
    ForgotPassword,
    /// Replaces a forgotten password.
    ResetPassword,
    /// Joins the tenant that invited.
    AcceptInvitation,
    /// Publishes the keys that tokens are verified with.
    Jwks,
    /// Publishes where those keys are.
    OpenIdConfiguration,
    /// Lists the keys that tokens are signed with.
    ListSigningKeys,
    /// Makes the next key.
    RotateSigningKeys,
    /// Has the operator act as a person.
    StartImpersonation,
    /// Lists as whom the operator acts.
    ListImpersonations,
    /// Has the operator act as a person no longer.
    EndImpersonation,
    /// Wraps keys by the master key of today.
    Rewrap,
}

impl Operation {
    /// Whether something may be guessed by it, and so is counted against somebody.
    pub const fn counts(self) -> bool {
        !matches!(
            self,
            Self::Jwks
                | Self::OpenIdConfiguration
                | Self::Me
                | Self::ListSigningKeys
                | Self::RotateSigningKeys
                | Self::StartImpersonation
                | Self::ListImpersonations
                | Self::EndImpersonation
                | Self::Rewrap
        )
    }
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    account::REGISTER,
    session::LOGIN,
    session::REFRESH,
    session::LOGOUT,
    session::SWITCH,
    account::ME,
    secrets::CHANGE_PASSWORD,
    secrets::START_TOTP,
    secrets::CONFIRM_TOTP,
    secrets::REMOVE_TOTP,
    secrets::RENEW_RECOVERY_CODES,
    account::VERIFY_EMAIL,
    account::SEND_VERIFICATION,
    account::FORGOT_PASSWORD,
    account::RESET_PASSWORD,
    account::ACCEPT_INVITATION,
    signing_keys::JWKS,
    signing_keys::OPEN_ID_CONFIGURATION,
    signing_keys::LIST_SIGNING_KEYS,
    signing_keys::ROTATE_SIGNING_KEYS,
    impersonation::START_IMPERSONATION,
    impersonation::LIST_IMPERSONATIONS,
    impersonation::END_IMPERSONATION,
    master_key::REWRAP,
];
