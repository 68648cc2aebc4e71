//! The JSON of the operator acting as a person.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::token_view::AccessView;
use crate::impersonation::Impersonation;
use crate::token::{Access, AccessToken};

/// What the operator acts with. Nothing prolongs it.
#[derive(Serialize, ToSchema)]
#[schema(as = StartedImpersonation)]
pub struct StartedView {
    #[serde(flatten)]
    access: AccessView,
    /// The session, by which it is ended and found in the audit log.
    #[schema(example = "ses_01h455vb4pex5vsknk084sn02q")]
    session_id: String,
    /// When it ends by itself.
    #[schema(format = DateTime, example = "2030-01-01T00:15:00Z")]
    expires_at: String,
}

/// A session in which the operator acts as a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Impersonation)]
pub struct ImpersonationView {
    /// The session. The audit log has the reason, under this id.
    #[schema(example = "ses_01h455vb4pex5vsknk084sn02q")]
    session_id: String,
    /// As whom.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: String,
    /// Since when.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    started_at: String,
    /// When it ends by itself.
    #[schema(format = DateTime, example = "2030-01-01T00:15:00Z")]
    expires_at: String,
}

impl StartedView {
    pub fn new(access: &Access, token: &AccessToken) -> Self {
        Self {
            session_id: access.session_id.to_string(),
            expires_at: access.expires_at.to_rfc3339(),
            access: AccessView::new(access, token),
        }
    }
}

impl From<&Impersonation> for ImpersonationView {
    fn from(found: &Impersonation) -> Self {
        let Impersonation { session_id, user_id, started_at, expires_at } = found;
        Self {
            session_id: session_id.to_string(),
            user_id: user_id.to_string(),
            started_at: started_at.to_rfc3339(),
            expires_at: expires_at.to_rfc3339(),
        }
    }
}
