//! The operations with invitations: who is invited joins, by its account or by making one.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::UserId;
use insula_kit::sql::{self, Scope, Statement};
use insula_kit::{Cx, Problem, Response, idempotency};
use insula_mail::invitation::InvitationToken;

use crate::email::Email;
use crate::error::Error;
use crate::store::Membership;
use crate::store::invitation::{self, Invited};

/// Lets the person who is calling join the tenant that invited its address. `answer` tells of it, and is kept with it
/// for a request that is sent again.
pub async fn accept(
    cx: &Cx,
    token: &InvitationToken,
    answer: impl FnOnce(&Membership) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let person = super::person(cx).await?;
    let invited = find(cx, token, &person.email).await?;
    let mut statements = invitation::accept(&invited, &token.digest(), person.id, cx.now());
    let event = Event::new(Action::InvitationAccepted).in_tenant(invited.tenant_id);
    statements.push(cx.audit(event.fact("role", invited.role.as_str())).await?);
    let Invited { tenant_id, tenant_name: name, role, .. } = invited;
    let answer = answer(&Membership { tenant_id, name, role })?;
    // Whoever joins sees too little of the tenant yet to count its seats, and the tenant changes nobody's account.
    idempotency::commit(cx, Scope::System, statements, answer, refused).await
}

/// The invitation, if it can be accepted by whoever has the address. To anybody else it is no invitation.
pub async fn find(cx: &Cx, token: &InvitationToken, email: &Email) -> Result<Invited, Problem> {
    let rows = cx.query(Scope::System, invitation::get(&token.digest(), cx.now())).await?;
    let invited = rows.first().map(invitation::read).transpose()?;
    Ok(invited.filter(|invited| invited.email == *email).ok_or(Error::InvalidToken)?)
}

/// What lets a person join that the same batch makes.
pub fn join(cx: &Cx, invited: &Invited, token: &InvitationToken, user_id: UserId) -> Vec<Statement> {
    invitation::accept(invited, &token.digest(), user_id, cx.now())
}

/// What a client is told of a statement that was refused, by its place among those of [`join`].
pub fn refused(at: usize) -> Problem {
    match invitation::refusal(at) {
        Some(error) => error.into(),
        None => sql::Error::Refused(at).into(),
    }
}
