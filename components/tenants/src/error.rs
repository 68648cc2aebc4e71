//! Why an operation on tenants and members is refused, and what a client is told about it.

use insula_domain::lifecycle::InvalidTransition;
use insula_kit::Problem;
use insula_kit::problem::{ALREADY_MEMBER, FORBIDDEN, MEMBER_LIMIT, NOT_FOUND};

use insula_kit::validate::FieldError;

use crate::invitation::DAILY_LIMIT;
use crate::limit::SUBJECTS_LIMIT;
use crate::tenant::OWNED_LIMIT;

insula_kit::catalogue! {
    /// A tenant in this state (`state`) can't be asked for this (`event`).
    INVALID_TRANSITION = 409 "invalid-transition" "The tenant's state does not allow it";
    /// The tenant has sent as many invitations within a day as it may: `limit` of them. Wait a while.
    INVITATION_LIMIT = 409 "invitation-limit" "The tenant has sent too many invitations";
    /// The member is the tenant's only owner, and a tenant always keeps one. Make somebody else an owner first.
    LAST_OWNER = 409 "last-owner" "A tenant keeps an owner";
    /// The caller has no second factor, and would lock itself out of the tenant. Get one first.
    SECOND_FACTOR_MISSING = 409 "second-factor-missing" "The caller has no second factor";
    /// The tenant has limits of its own about as many subjects as it may: `limit` of them. Remove one that is no longer
    /// needed.
    LIMITS_LIMIT = 409 "limits-limit" "The tenant has too many limits of its own";
    /// The person owns as many tenants as it may: `limit` of them. Every tenant has limits and quotas of its own, so they could be
    /// multiplied without end.
    TENANT_LIMIT = 409 "tenant-limit" "The person owns too many tenants";
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The tenant's state doesn't lead there.
    #[error("no such transition")]
    InvalidTransition(InvalidTransition),
    /// The operator has suspended the tenant.
    #[error("suspended by the operator")]
    SuspendedByOperator,
    /// There is no plan of that name.
    #[error("no such plan")]
    NoSuchPlan,
    /// There is no such member.
    #[error("no such member")]
    NoSuchMember,
    /// The address is a member's.
    #[error("a member already")]
    AlreadyMember,
    /// The plan has no room for another member.
    #[error("no seat is free")]
    MemberLimit,
    /// The tenant has sent as many invitations as it may.
    #[error("too many invitations")]
    InvitationLimit,
    /// Only an owner may do this to an owner, or make one.
    #[error("only an owner may")]
    OwnersOnly,
    /// The caller lacks the second factor that the tenant shall demand.
    #[error("no second factor")]
    NoSecondFactor,
    /// The person owns as many tenants as it may.
    #[error("too many tenants")]
    TenantLimit,
    /// Only an owner may loosen what an owner set.
    #[error("an owner's limit")]
    OwnersLimit,
    /// Only the operator may set this.
    #[error("only the operator may")]
    OperatorsOnly,
    /// The tenant has as many limits of its own as it may.
    #[error("too many limits")]
    LimitsLimit,
    /// The tenant would be left without an owner.
    #[error("the last owner")]
    LastOwner,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidTransition(InvalidTransition { from, event }) => {
                Self::new(&INVALID_TRANSITION).member("state", from.as_str()).member("event", event.as_str())
            }
            Error::SuspendedByOperator => Self::new(&FORBIDDEN)
                .detail("The operator has suspended the tenant, so only it may change that."),
            Error::NoSuchPlan => FieldError::new("plan", "unknown", "must be the name of a plan").into(),
            Error::NoSuchMember => Self::new(&NOT_FOUND),
            Error::OwnersOnly => {
                Self::new(&FORBIDDEN).detail("Only an owner may make, invite, change or remove an owner.")
            }
            Error::OwnersLimit => {
                Self::new(&FORBIDDEN).detail("Only an owner may loosen or remove a limit that an owner set.")
            }
            Error::OperatorsOnly => {
                Self::new(&FORBIDDEN).detail("Only the operator may. A tenant sets a key's limit at the key.")
            }
            Error::LimitsLimit => Self::new(&LIMITS_LIMIT).member("limit", SUBJECTS_LIMIT),
            Error::NoSecondFactor => Self::new(&SECOND_FACTOR_MISSING),
            Error::AlreadyMember => Self::new(&ALREADY_MEMBER),
            Error::MemberLimit => Self::new(&MEMBER_LIMIT),
            Error::InvitationLimit => Self::new(&INVITATION_LIMIT).member("limit", DAILY_LIMIT),
            Error::LastOwner => Self::new(&LAST_OWNER),
            Error::TenantLimit => Self::new(&TENANT_LIMIT).member("limit", OWNED_LIMIT),
        }
    }
}
