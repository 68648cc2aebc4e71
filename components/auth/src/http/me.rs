//! `GET /api/v1/auth/me`

use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_kit::guard::{self, Caller};
use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::UserView;
use crate::service;
use crate::store::Membership;
use crate::store::second_factor::State;
use crate::token::OPERATOR;

/// Who is calling.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeView {
    user: UserView,
    second_factor: SecondFactorView,
    /// The first 200 tenants that the person belongs to, oldest first; `GET /api/v1/tenants` has them all.
    memberships: Vec<MembershipView>,
    /// The tenant that the token acts in; null if it acts in none.
    #[schema(required)]
    active: Option<ActiveView>,
    /// Who acts as the person, as the token says; null if it is the person itself.
    #[schema(required)]
    act: Option<ActView>,
}

/// Who acts as a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Act)]
struct ActView {
    /// `operator`.
    #[schema(example = "operator")]
    sub: &'static str,
}

/// How far a person is with a second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor)]
struct SecondFactorView {
    /// `none`, `unconfirmed`: it doesn't count yet, or `enabled`.
    #[schema(example = "enabled")]
    state: &'static str,
    /// How many recovery codes are left.
    #[schema(example = 10)]
    recovery_codes_left: i64,
}

/// A tenant that a person belongs to.
#[derive(Serialize, ToSchema)]
#[schema(as = Membership)]
pub struct MembershipView {
    /// The tenant.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: String,
    /// What people call the tenant.
    #[schema(example = "Acme")]
    name: String,
    /// What the person is there.
    role: Role,
}

/// The tenant that a token acts in.
#[derive(Serialize, ToSchema)]
#[schema(as = ActiveTenant)]
struct ActiveView {
    /// The tenant.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: String,
    /// What the person is there.
    role: Role,
    /// What the person may do there; nothing while the tenant is not active.
    permissions: Vec<Permission>,
    /// The name of the tenant's plan.
    #[schema(example = "free")]
    plan: String,
}

impl From<State> for SecondFactorView {
    fn from(state: State) -> Self {
        let State { is_begun, is_confirmed, recovery_codes } = state;
        let state = match (is_begun, is_confirmed) {
            (_, true) => "enabled",
            (true, false) => "unconfirmed",
            (false, false) => "none",
        };
        Self { state, recovery_codes_left: recovery_codes }
    }
}

impl From<&Membership> for MembershipView {
    fn from(membership: &Membership) -> Self {
        let Membership { tenant_id, name, role } = membership;
        Self { tenant_id: tenant_id.to_string(), name: name.clone(), role: *role }
    }
}

impl From<&guard::Membership> for ActiveView {
    fn from(membership: &guard::Membership) -> Self {
        Self {
            tenant_id: membership.tenant_id.to_string(),
            role: membership.role,
            permissions: membership.permissions.clone(),
            plan: membership.plan.clone(),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let service::Me { person, memberships, second_factor, acts_in_an_active } = service::me(cx).await?;
    let mut active = cx.membership().map(ActiveView::from);
    if let Some(active) = active.as_mut().filter(|_| !acts_in_an_active) {
        active.permissions.clear();
    }
    let view = MeView {
        user: UserView::from(&person),
        second_factor: SecondFactorView::from(second_factor),
        memberships: memberships.iter().map(MembershipView::from).collect(),
        active,
        act: matches!(cx.caller(), Caller::Impersonator { .. }).then_some(ActView { sub: OPERATOR }),
    };
    etag::conditional(request, Response::ok(&view))
}
