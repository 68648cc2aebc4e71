//! What a tenant demands of its members, beyond a password.

/// The demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Security {
    /// Whether only members with a second factor may act in the tenant.
    pub second_factor_required: bool,
}
