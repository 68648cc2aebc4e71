//! The operations on invitations.

use insula_domain::action::Action;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::id::InvitationId;
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem, Response, idempotency};
use insula_mail::email::Email;
use insula_mail::invitation::InvitationToken;
use insula_mail::letter::{Letter, Template};
use insula_mail::outbox;

use crate::error::Error;
use crate::invitation::{Invitation, LIFETIME_MS, may_invite};
use crate::store::{self, invitation};

/// Invites an address to the caller's tenant, and writes the mail. Whether anybody is registered with the address makes
/// no difference. `answer` tells of it, and is kept with it for a request that is sent again.
pub async fn create(
    cx: &Cx,
    email: Email,
    role: Role,
    answer: impl FnOnce(&Invitation) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let actor = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    if !may_invite(actor.role, role) {
        return Err(Error::OwnersOnly.into());
    }
    let tenant_id = actor.tenant_id;
    let scope = Scope::Tenant(tenant_id);
    let rows = cx.query(scope, store::get(tenant_id)).await?;
    let tenant = rows.first().ok_or_else(|| Problem::new(&NOT_FOUND))?.text("name")?;
    let now = cx.now();
    let token = InvitationToken::new(cx.random()?);
    let letter =
        Letter { to: email.as_str().to_owned(), code: Some(token.reveal().to_owned()), tenant: Some(tenant) };
    let invitation = Invitation {
        id: cx.new_id()?,
        email,
        role,
        invited_by: cx.user_id()?,
        created_at: now,
        expires_at: now.plus_ms(LIFETIME_MS),
    };
    let mut statements = invitation::insert(tenant_id, &invitation, &token.digest(), actor.role);
    statements.push(outbox::send(cx, Template::Invitation, &tenant_id.to_string(), &letter)?);
    let event = Event::new(Action::InvitationCreated);
    let event = event.fact("invitation_id", invitation.id).fact("role", role.as_str());
    statements.push(cx.audit(event).await?);
    let refused = |at| match invitation::refusal(at) {
        Some(error) => Problem::from(error),
        None => Problem::from(sql::Error::Refused(at)),
    };
    idempotency::commit(cx, scope, statements, answer(&invitation)?, refused).await
}

/// The invitations of the caller's tenant that can be accepted.
pub async fn list(cx: &Cx, ask: &Ask) -> Result<Page<Invitation>, Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), invitation::list(tenant_id, cx.now(), ask)).await?;
    let invitations = rows.iter().map(invitation::read).collect::<Result<_, _>>()?;
    Ok(ask.page(invitations, |invitation: &Invitation| invitation.id))
}

/// Withdraws an invitation of the caller's tenant.
pub async fn withdraw(cx: &Cx, id: InvitationId) -> Result<(), Problem> {
    let actor = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let scope = Scope::Tenant(actor.tenant_id);
    let rows = cx.query(scope, invitation::get(actor.tenant_id, id)).await?;
    let found = invitation::read(rows.first().ok_or_else(|| Problem::new(&NOT_FOUND))?)?;
    if !may_invite(actor.role, found.role) {
        return Err(Error::OwnersOnly.into());
    }
    let event = Event::new(Action::InvitationWithdrawn).fact("invitation_id", id);
    let withdrawn = cx.change(scope, invitation::delete(actor.tenant_id, id), event).await?;
    if withdrawn.is_none() { Err(Problem::new(&NOT_FOUND)) } else { Ok(()) }
}
