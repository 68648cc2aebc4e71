//! People, their sessions and their tokens.
//!
//! | Operation  | Route                         | Who                    |
//! |------------|-------------------------------|------------------------|
//! | `Register` | `POST /api/v1/auth/register`  | everybody              |
//! | `Login`    | `POST /api/v1/auth/login`     | everybody              |
//! | `Refresh`  | `POST /api/v1/auth/refresh`   | a refresh token        |
//! | `Logout`   | `POST /api/v1/auth/logout`    | a person               |
//! | `Switch`   | `POST /api/v1/auth/switch`    | a person               |
//! | `Me`       | `GET /api/v1/auth/me`         | a person               |
//! | `ChangePassword` | `POST /api/v1/auth/password/change` | a person      |
//! | `StartTotp`, `ConfirmTotp`, `RemoveTotp` | `POST /api/v1/auth/mfa/totp`, `POST …/confirm`, `DELETE` | a person |
//! | `RenewRecoveryCodes` | `POST /api/v1/auth/mfa/totp/recovery-codes` | a person |
//! | `VerifyEmail` | `POST /api/v1/auth/verify-email` | a person, with a mailed token |
//! | `SendVerification` | `POST /api/v1/auth/verify-email/send` | a person    |
//! | `ForgotPassword` | `POST /api/v1/auth/password/forgot` | everybody       |
//! | `ResetPassword` | `POST /api/v1/auth/password/reset` | a mailed token    |
//! | `AcceptInvitation` | `POST /api/v1/auth/invitations/accept` | a person    |
//! | `Jwks`     | `GET /.well-known/jwks.json`  | everybody              |
//! | `OpenIdConfiguration` | `GET /.well-known/openid-configuration` | everybody |
//! | `ListSigningKeys` | `GET /api/v1/auth/signing-keys` | the operator |
//! | `RotateSigningKeys` | `POST /api/v1/auth/signing-keys/rotate` | the operator |
//! | `StartImpersonation` | `POST /api/v1/auth/impersonate` | the operator |
//! | `ListImpersonations` | `GET /api/v1/tenants/{tenant_id}/impersonations` | whoever manages people there, the operator |
//! | `EndImpersonation` | `DELETE …/impersonations/{session_id}` | the same |
//! | `Rewrap` | `POST /internal/master-key/rewrap` | the operator |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes; `routes` holds the table.
//! 2. `service` applies the rules of `email`, `password`, `registration`, `token`, `refresh_token`, `totp`,
//!    `recovery_code`, `device` and `impersonation`; whatever can be guessed goes through `guess`.
//! 3. `store` states the SQL of `sql/` and reads its rows.
//!
//! An access token is a signed JWT that others can verify with the published key. Insula itself recognises it by the
//! digest, and asks whether its session goes on, so a session that ends takes its tokens with it at once.

mod base32;
mod device;
mod error;
mod guess;
mod http;
mod impersonation;
mod password;
mod recovery_code;
mod refresh_token;
mod registration;
mod routes;
mod service;
mod signing_key;
mod store;
mod token;
mod totp;

use insula_kit::problem::Kind;
use insula_kit::{Cx, Problem, Request, Response};
use insula_mail::email;

pub use routes::{Operation, ROUTES};

/// The problems that only this component has.
pub static KINDS: &[&Kind] = error::KINDS;

insula_kit::component!(ROUTES, dispatch);

/// Runs one operation, for a caller that its access rule let in.
///
/// # Errors
///
/// The problem that the caller is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    if operation.counts() {
        cx.prepare_digests().await?;
    }
    match operation {
        Operation::Register => http::register::handle(cx, &request).await,
        Operation::Login => http::login::handle(cx, &request).await,
        Operation::Refresh => http::refresh::handle(cx, &request).await,
        Operation::Logout => http::logout::handle(cx, &request).await,
        Operation::Switch => http::switch::handle(cx, &request).await,
        Operation::Me => http::me::handle(cx, &request).await,
        Operation::Jwks => http::jwks::handle(cx).await,
        Operation::OpenIdConfiguration => http::openid_configuration::handle().await,
        Operation::ListSigningKeys => http::signing_keys::list::handle(cx).await,
        Operation::RotateSigningKeys => http::signing_keys::rotate::handle(cx, &request).await,
        Operation::StartImpersonation => http::impersonation::start::handle(cx, &request).await,
        Operation::ListImpersonations => http::impersonation::list::handle(cx, &request).await,
        Operation::EndImpersonation => http::impersonation::end::handle(cx, &request).await,
        Operation::Rewrap => http::rewrap::handle(cx, &request).await,
        Operation::ChangePassword => http::password_change::handle(cx, &request).await,
        Operation::StartTotp => http::second_factor::start(cx, &request).await,
        Operation::ConfirmTotp => http::second_factor::confirm(cx, &request).await,
        Operation::RemoveTotp => http::second_factor::remove(cx, &request).await,
        Operation::RenewRecoveryCodes => http::second_factor::renew_codes(cx, &request).await,
        Operation::VerifyEmail => http::verify_email::handle(cx, &request).await,
        Operation::SendVerification => http::verify_email::send(cx).await,
        Operation::ForgotPassword => http::forgot_password::handle(cx, &request).await,
        Operation::ResetPassword => http::reset_password::handle(cx, &request).await,
        Operation::AcceptInvitation => http::accept_invitation::handle(cx, &request).await,
    }
}
