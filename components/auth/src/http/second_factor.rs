//! `POST` and `DELETE /api/v1/auth/mfa/totp`, `POST …/confirm`, `POST …/recovery-codes`

use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::password::Password;
use crate::service::second_factor;

/// The password of the person who wants a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorStart)]
pub struct StartBody {
    /// The password.
    #[schema(format = Password, write_only)]
    password: String,
}

/// What an app needs to make codes.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorSecret)]
pub struct SecretView {
    /// The secret in base32, to be typed into an app.
    #[schema(read_only, example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as an app reads it from a picture.
    #[schema(read_only, example = "otpauth://totp/Insula:ada%40example.org?secret=GEZD&issuer=Insula")]
    uri: String,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorConfirmation)]
pub struct ConfirmBody {
    /// Six digits.
    #[schema(write_only, example = "492039")]
    code: String,
}

/// What to use when the device is lost.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub struct RecoveryCodesView {
    /// Ten codes, each of which works once. They are shown this once.
    #[schema(read_only)]
    recovery_codes: Vec<String>,
}

/// What it takes to remove a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorRemoval)]
pub struct RemoveBody {
    /// The password.
    #[schema(format = Password, write_only)]
    password: String,
    /// Six digits of the app, or a recovery code.
    #[schema(write_only, example = "492039")]
    code: String,
}

/// What it takes to have other recovery codes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecoveryCodesRenewal)]
pub struct RenewCodesBody {
    /// The password.
    #[schema(format = Password, write_only)]
    password: String,
    /// Six digits of the app, or a recovery code.
    #[schema(write_only, example = "492039")]
    code: String,
}

pub async fn start(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let StartBody { password } = request.json()?;
    let second_factor::Begun { secret, uri } =
        second_factor::begin(cx, &Password::presented(&password)).await?;
    Response::ok(&SecretView { secret, uri })
}

pub async fn confirm(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ConfirmBody { code } = request.json()?;
    Response::ok(&RecoveryCodesView { recovery_codes: second_factor::confirm(cx, &code).await? })
}

pub async fn renew_codes(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let RenewCodesBody { password, code } = request.json()?;
    let recovery_codes = second_factor::renew_codes(cx, &Password::presented(&password), &code).await?;
    Response::ok(&RecoveryCodesView { recovery_codes })
}

pub async fn remove(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let RemoveBody { password, code } = request.json()?;
    second_factor::remove(cx, &Password::presented(&password), &code).await?;
    Ok(Response::no_content())
}
