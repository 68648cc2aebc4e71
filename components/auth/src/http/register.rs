//! `POST /api/v1/auth/register`

use insula_domain::role::Role;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::UserView;
use crate::registration::{FIRST_PLAN, FIRST_STATE, FirstTenant, Person, Registration};
use crate::service::{self, Home};
use crate::store::invitation::Invited;

/// What it takes to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRegistration)]
pub struct RegistrationBody {
    /// The e-mail address: at most 254 characters. Capital letters become small.
    #[schema(format = Email, max_length = 254, example = "ada@example.org")]
    email: String,
    /// The password: 12 to 256 characters, any but control characters, and not one that others would guess early.
    #[schema(format = Password, write_only, min_length = 12, max_length = 256)]
    password: String,
    /// What people call the person: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Ada")]
    name: Option<String>,
    /// The name of a tenant to make with the person: 1 to 100 characters. Absent or null: none is made.
    #[schema(min_length = 1, max_length = 100, example = "Acme")]
    tenant_name: Option<String>,
    /// The code of an invitation to this address. Absent or null: the person joins no tenant. Not with `tenant_name`.
    #[schema(format = Password, write_only)]
    invitation: Option<String>,
}

/// What was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Registration)]
pub struct RegistrationView {
    user: UserView,
    /// The tenant that the person owns, or has joined; null if none was asked for.
    #[schema(required)]
    tenant: Option<FirstTenantView>,
}

/// A tenant that was made with the person who owns it, or that the person has joined.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredTenant)]
struct FirstTenantView {
    /// Its id.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// What people call it.
    #[schema(example = "Acme")]
    name: String,
    /// `active`: its calls are let in.
    #[schema(example = "active")]
    state: String,
    /// The name of its plan.
    #[schema(example = "free")]
    plan: String,
    /// What the person is there.
    role: Role,
    /// When it was made.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
}

impl RegistrationView {
    /// The view of a person and its tenant.
    fn new(person: &Person, home: &Home) -> Self {
        let tenant = match home {
            Home::None => None,
            Home::Own(tenant) => Some(FirstTenantView::from(tenant)),
            Home::Joined(invited, _) => Some(FirstTenantView::from(invited)),
        };
        Self { user: UserView::from(person), tenant }
    }
}

impl From<&FirstTenant> for FirstTenantView {
    fn from(tenant: &FirstTenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.clone(),
            state: FIRST_STATE.to_owned(),
            plan: FIRST_PLAN.to_owned(),
            role: Role::Owner,
            created_at: tenant.created_at.to_rfc3339(),
        }
    }
}

impl From<&Invited> for FirstTenantView {
    fn from(invited: &Invited) -> Self {
        Self {
            id: invited.tenant_id.to_string(),
            name: invited.tenant_name.clone(),
            state: invited.state.clone(),
            plan: invited.plan.clone(),
            role: invited.role,
            created_at: invited.tenant_created_at.to_rfc3339(),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let RegistrationBody { email, password, name, tenant_name, invitation } = request.json()?;
    let registration =
        Registration::parse(&email, &password, name.as_deref(), tenant_name.as_deref(), invitation)?;
    service::register(cx, registration, |person, home| {
        Response::created("/api/v1/auth/me", &RegistrationView::new(person, home))
    })
    .await
}
