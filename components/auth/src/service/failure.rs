//! What the audit log says of those who could not prove who they are. The throttle bounds how often that is.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::UserId;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

use crate::guess::Proof;

/// Notes that somebody who knew the person, or its session, had the wrong password or code.
pub async fn note(cx: &Cx, user_id: UserId, proof: Proof) -> Result<(), Problem> {
    let word = match proof {
        Proof::Password => "password",
        Proof::Code => "code",
    };
    let event = Event::new(Action::LoginFailed).by(user_id).fact("proof", word);
    cx.query(Scope::System, cx.audit(event).await?).await?;
    Ok(())
}
