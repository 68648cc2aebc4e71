//! Tenants: the accounts that own everything else. A workspace is a tenant under its other name.
//!
//! | Operation | Route                             | Who                                    |
//! |-----------|-----------------------------------|----------------------------------------|
//! | `Create`  | `POST /api/v1/tenants`            | a person, who becomes the owner        |
//! | `List`    | `GET /api/v1/tenants`             | a person its own, the operator all     |
//! | `Get`     | `GET /api/v1/tenants/{tenant_id}` | a member, a key of the tenant, the operator |
//! | `Change`  | `PATCH /api/v1/tenants/{tenant_id}` | `manage_tenant`, the operator |
//! | `Suspend`, `Activate` | `POST /api/v1/tenants/{tenant_id}/suspend`, `…/activate` | `manage_tenant`, the operator |
//! | `Remove`  | `DELETE /api/v1/tenants/{tenant_id}` | `manage_tenant`, the operator |
//! | `ListMembers` | `GET /api/v1/tenants/{tenant_id}/members` | `manage_users` |
//! | `SetRole` | `PATCH /api/v1/tenants/{tenant_id}/members/{user_id}` | `manage_users` |
//! | `RemoveMember` | `DELETE /api/v1/tenants/{tenant_id}/members/{user_id}` | `manage_users` |
//! | `GetSecurity`, `SetSecurity` | `GET`, `PATCH /api/v1/tenants/{tenant_id}/security` | `manage_tenant` |
//! | `AddMember` | `POST /api/v1/tenants/{tenant_id}/members` | `manage_users` |
//! | `Invite` | `POST /api/v1/tenants/{tenant_id}/invitations` | `manage_users` |
//! | `ListInvitations` | `GET /api/v1/tenants/{tenant_id}/invitations` | `manage_users` |
//! | `Withdraw` | `DELETE /api/v1/tenants/{tenant_id}/invitations/{invitation_id}` | `manage_users` |
//! | `ListLimits` | `GET /api/v1/tenants/{tenant_id}/limits` | `view_usage`, the operator |
//! | `GetLimit` | `GET /api/v1/tenants/{tenant_id}/limits/{subject}` | `view_usage`, the operator |
//! | `SetLimit`, `ClearLimit` | `PUT`, `DELETE /api/v1/tenants/{tenant_id}/limits/{subject}` | people with `manage_keys`, the operator |
//! | `GetOnboarding`, `GetDiagnostics` | `GET /api/v1/tenants/{tenant_id}/onboarding`, `…/diagnostics` | people with `manage_tenant`, the operator |
//! | `ListPlans`, `GetPlan` | `GET /api/v1/plans`, `GET /api/v1/plans/{plan}` | people, the operator |
//! | `SetPlan` | `PUT /api/v1/plans/{plan}` | the operator |
//! | `Create`  | `POST /api/v1/workspaces`         | as for tenants                         |
//! | `List`    | `GET /api/v1/workspaces`          | as for tenants                         |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes; `routes` holds the table.
//! 2. `service` applies the rules of `tenant`, `member`, `invitation`, `limit`, `plan`, `onboarding` and `diagnosis`.
//! 3. `store` states the SQL of `sql/` and reads its rows.

mod diagnosis;
mod error;
mod http;
mod invitation;
mod limit;
mod member;
mod onboarding;
mod plan;
mod routes;
mod security;
mod service;
mod store;
mod tenant;

use insula_kit::problem::Kind;
use insula_kit::{Cx, Problem, Request, Response};

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
    match operation {
        Operation::Create => http::create::handle(cx, &request).await,
        Operation::List => http::list::handle(cx, &request).await,
        Operation::Get => http::get::handle(cx, &request).await,
        Operation::Change => http::change::handle(cx, &request).await,
        Operation::Suspend => http::state::set(cx, &request, service::lifecycle::SUSPEND).await,
        Operation::Activate => http::state::set(cx, &request, service::lifecycle::ACTIVATE).await,
        Operation::Remove => http::state::remove(cx, &request).await,
        Operation::ListMembers => http::members::list::handle(cx, &request).await,
        Operation::SetRole => http::members::set_role::handle(cx, &request).await,
        Operation::GetSecurity => http::security::get(cx, &request).await,
        Operation::SetSecurity => http::security::set(cx, &request).await,
        Operation::AddMember => http::invitations::create::handle(cx, &request, 202).await,
        Operation::Invite => http::invitations::create::handle(cx, &request, 201).await,
        Operation::ListInvitations => http::invitations::list::handle(cx, &request).await,
        Operation::Withdraw => http::invitations::withdraw::handle(cx, &request).await,
        Operation::GetOnboarding => http::onboarding::handle(cx, &request).await,
        Operation::GetDiagnostics => http::diagnostics::handle(cx, &request).await,
        Operation::ListLimits => http::limits::list::handle(cx, &request).await,
        Operation::GetLimit => http::limits::get::handle(cx, &request).await,
        Operation::SetLimit => http::limits::set::handle(cx, &request).await,
        Operation::ClearLimit => http::limits::clear::handle(cx, &request).await,
        Operation::ListPlans => http::plans::list::handle(cx).await,
        Operation::GetPlan => http::plans::get::handle(cx, &request).await,
        Operation::SetPlan => http::plans::set::handle(cx, &request).await,
        Operation::RemoveMember => http::members::remove::handle(cx, &request).await,
    }
}
