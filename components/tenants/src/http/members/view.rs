//! The JSON of a member.

use insula_domain::role::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::member::Member;

/// A person in a tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    /// The person.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: String,
    /// Its e-mail address.
    #[schema(format = Email, example = "ada@example.org")]
    email: String,
    /// What people call it; null if it didn't say.
    #[schema(required, example = "Ada")]
    name: Option<String>,
    /// What the person is in the tenant.
    role: Role,
    /// Since when it is a member.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    joined_at: String,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            user_id: member.user_id.to_string(),
            email: member.email.clone(),
            name: member.name.clone(),
            role: member.role,
            joined_at: member.joined_at.to_rfc3339(),
        }
    }
}
