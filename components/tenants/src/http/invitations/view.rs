//! The JSON of an invitation. Its code is in the mail and nowhere else.

use insula_domain::role::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::invitation::Invitation;

/// An offer to an address to join a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView {
    /// Its id.
    #[schema(example = "inv_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The address that is invited.
    #[schema(format = Email, example = "grace@example.org")]
    email: String,
    /// What the person will be.
    role: Role,
    /// Who sent it, or made the key that did.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    invited_by: String,
    /// When it was made.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
    /// Until when it can be accepted.
    #[schema(format = DateTime, example = "2030-01-08T00:00:00.007Z")]
    expires_at: String,
}

impl From<&Invitation> for InvitationView {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.as_str().to_owned(),
            role: invitation.role,
            invited_by: invitation.invited_by.to_string(),
            created_at: invitation.created_at.to_rfc3339(),
            expires_at: invitation.expires_at.to_rfc3339(),
        }
    }
}
