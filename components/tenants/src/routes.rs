//! The route table.

mod invitations;
mod limits;
mod members;
mod standing;
mod tenant;

use insula_kit::route::Route;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a tenant that the caller owns.
    Create,
    /// Lists tenants.
    List,
    /// Reads one tenant.
    Get,
    /// Changes what a tenant is besides its state.
    Change,
    /// Has a tenant's calls refused.
    Suspend,
    /// Has them let in again.
    Activate,
    /// Has a tenant removed.
    Remove,
    /// Lists the members of a tenant.
    ListMembers,
    /// Changes what a member is.
    SetRole,
    /// Reads what a tenant demands of its members.
    GetSecurity,
    /// Sets what a tenant demands of its members.
    SetSecurity,
    /// Removes a member.
    RemoveMember,
    /// Invites somebody, under the name of adding a member.
    AddMember,
    /// Invites somebody.
    Invite,
    /// Lists invitations.
    ListInvitations,
    /// Withdraws an invitation.
    Withdraw,
    /// Reads the checklist of a new tenant.
    GetOnboarding,
    /// Finds out why a tenant sees nothing, sees wrong data, or is slow.
    GetDiagnostics,
    /// Lists what a tenant may.
    ListLimits,
    /// Reads what a tenant may.
    GetLimit,
    /// Sets what a tenant may.
    SetLimit,
    /// Removes what is set about what a tenant may.
    ClearLimit,
    /// Lists the plans.
    ListPlans,
    /// Reads a plan.
    GetPlan,
    /// Makes a plan or changes it.
    SetPlan,
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    tenant::CREATE_TENANT,
    tenant::LIST_TENANTS,
    tenant::GET,
    tenant::CHANGE,
    tenant::SUSPEND,
    tenant::ACTIVATE,
    tenant::REMOVE,
    members::LIST,
    members::SET_ROLE,
    members::REMOVE,
    members::GET_SECURITY,
    members::SET_SECURITY,
    invitations::ADD_MEMBER,
    invitations::INVITE,
    invitations::LIST,
    invitations::WITHDRAW,
    standing::ONBOARDING,
    standing::DIAGNOSTICS,
    limits::LIST_LIMITS,
    limits::GET_LIMIT,
    limits::SET_LIMIT,
    limits::CLEAR_LIMIT,
    limits::LIST_PLANS,
    limits::GET_PLAN,
    limits::SET_PLAN,
    tenant::CREATE_WORKSPACE,
    tenant::LIST_WORKSPACES,
];
