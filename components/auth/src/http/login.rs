//! `POST /api/v1/auth/login`

use insula_kit::id::TenantId;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::token_view::SessionView;
use crate::device::Device;
use crate::email::Account;
use crate::password::Password;
use crate::service::login::{self, LoggedIn, Login};
use crate::store::Wanted;

/// Who logs in, and where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginBody {
    /// The e-mail address, in capital or small letters.
    #[schema(example = "ada@example.org")]
    email: String,
    /// The password.
    #[schema(format = Password, write_only)]
    password: String,
    /// The tenant to act in. Absent or null: the person's first active one, or none if it has none.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<String>,
    /// Of a person with a second factor: six digits of the app, or a recovery code.
    #[schema(write_only, example = "492039")]
    code: Option<String>,
}

/// The answer is not to be stored by anyone on the way, which the header that every answer carries by default says.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let LoginBody { email, password, tenant_id, code } = request.json()?;
    let wanted = match tenant_id.as_deref().map(TenantId::parse) {
        None => Wanted::First,
        Some(Some(id)) => Wanted::This(id),
        Some(None) => Wanted::Impossible,
    };
    let (account, password) = (Account::typed(&email), Password::presented(&password));
    let devices = Device::claimed(cx, request, account.as_str())?;
    let LoggedIn { tokens, cookie } =
        login::log_in(cx, &Login { account, password, code, wanted, devices }).await?;
    Ok(Response::ok(&SessionView::from(&tokens))?.header("set-cookie", &cookie))
}
