//! Whose a letter is that somebody wanted to be sent to an address ([`reset`](insula_mail::reset)).

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::{Cx, Problem, sql};
use insula_mail::letter::Letter;

use crate::store::mail::{self, Claimed};

/// Makes the letter, and its code, those of whoever has the address. Whether it is to be delivered now: not to nobody, and not
/// to who was written to a moment ago. The log has an entry of each that is, so no more of them than there are letters,
/// however often anybody asks.
pub async fn address(cx: &Cx, claimed: &Claimed, letter: &Letter) -> Result<bool, Problem> {
    let outcome = match mail::get_owner(cx.db(), letter).await? {
        None => Err(sql::Error::Refused(0)),
        Some(user_id) => {
            let event = Event::new(Action::PasswordResetMailed).by_system().fact("user_id", user_id);
            mail::address(cx.db(), claimed, letter, cx.audit(event).await?).await
        }
    };
    let outcome = match outcome {
        Err(sql::Error::Refused(_)) => mail::void(cx.db(), claimed).await.map(|()| false),
        done => done.map(|()| true),
    };
    match outcome {
        // Somebody else is at the same rows: when the lease ends.
        Err(sql::Error::Busy) => Ok(false),
        outcome => Ok(outcome?),
    }
}
