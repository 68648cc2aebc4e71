//! `POST /api/v1/tenants/{tenant_id}/invitations` and `POST /api/v1/tenants/{tenant_id}/members`
//!
//! To add a member is to invite it: whether somebody is registered with an address is nothing that the inviter is told,
//! and nobody becomes a member without wanting it.

use insula_domain::role::Role;
use insula_kit::validate::{Errors, FieldError};
use insula_kit::{Cx, Problem, Request, Response};
use insula_mail::email::Email;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::InvitationView;
use crate::invitation::Invitation;
use crate::service::invitation;

/// Who is invited, and as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub struct NewInvitationBody {
    /// The e-mail address: at most 254 characters. Capital letters become small.
    #[schema(format = Email, max_length = 254, example = "grace@example.org")]
    email: String,
    /// `owner`, `admin`, `analyst` or `viewer`.
    #[schema(example = "analyst")]
    role: String,
}

/// `status` is 201 for who made an invitation, and 202 for who added a member, which it is not yet.
pub async fn handle(cx: &Cx, request: &Request, status: u16) -> Result<Response, Problem> {
    let NewInvitationBody { email, role } = request.json()?;
    let (email, role) = parse(&email, &role)?;
    let tenant_id = cx.tenant_id()?;
    let answer = |invitation: &Invitation| {
        let location = format!("/api/v1/tenants/{tenant_id}/invitations/{}", invitation.id);
        Ok(Response::json(status, &InvitationView::from(invitation))?.header("location", &location))
    };
    invitation::create(cx, email, role, answer).await
}

fn parse(email: &str, role: &str) -> Result<(Email, Role), Vec<FieldError>> {
    let unknown = || FieldError::new("role", "value", "must be `owner`, `admin`, `analyst` or `viewer`");
    let mut errors = Errors::default();
    let email = errors.keep(Email::parse(email));
    let role = errors.keep(Role::parse(role).ok_or_else(unknown));
    errors.finish(email.zip(role))
}
