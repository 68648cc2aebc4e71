//! The operations on members. What a member is counts from its next call on: the guard asks the database each time.

use insula_domain::action::Action;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::id::{TenantId, UserId};
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::ATTEMPTS;
use crate::error::Error;
use crate::member::{Member, may_change};
use crate::store::member;

/// The members of the caller's tenant.
pub async fn list(cx: &Cx, ask: &Ask) -> Result<Page<Member>, Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), member::list(tenant_id, ask)).await?;
    let members = rows.iter().map(member::read).collect::<Result<_, _>>()?;
    Ok(ask.page(members, |member| member.user_id))
}

/// Changes what a member of the caller's tenant is. `check` sees the member as it is before, and may refuse.
pub async fn set_role(
    cx: &Cx,
    user_id: UserId,
    role: Role,
    check: impl Fn(&Member) -> Result<(), Problem>,
) -> Result<Member, Problem> {
    let member = change(cx, user_id, Some(role), check).await?;
    Ok(Member { role, ..member })
}

/// Removes a member from the caller's tenant. Keys that it made stop working with it.
pub async fn remove(cx: &Cx, user_id: UserId) -> Result<(), Problem> {
    change(cx, user_id, None, |_| Ok(())).await.map(|_removed| ())
}

/// Returns the member as it was.
async fn change(
    cx: &Cx,
    user_id: UserId,
    role: Option<Role>,
    check: impl Fn(&Member) -> Result<(), Problem>,
) -> Result<Member, Problem> {
    let actor = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let (tenant_id, actor_role) = (actor.tenant_id, actor.role);
    let mut refused_as = None;
    for _ in 0..ATTEMPTS {
        let member = get(cx, tenant_id, user_id).await?;
        // It is what it was: so it was the last owner that was in the way, and not another change.
        if refused_as == Some(member.role) {
            return Err(Error::LastOwner.into());
        }
        if !may_change(actor_role, member.role, role) {
            return Err(Error::OwnersOnly.into());
        }
        check(&member)?;
        let (mut statements, event) = match role {
            Some(role) => {
                let event = Event::new(Action::MemberRoleChanged).fact("to", role.as_str());
                (member::set_role(tenant_id, user_id, member.role, role), event)
            }
            None => (member::delete(tenant_id, user_id, member.role), Event::new(Action::MemberRemoved)),
        };
        statements.push(cx.audit(event.fact("user_id", user_id).fact("from", member.role.as_str())).await?);
        match cx.db().batch(Scope::Tenant(tenant_id), statements).await {
            Ok(_) => return Ok(member),
            Err(sql::Error::Refused(_)) => refused_as = Some(member.role),
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

async fn get(cx: &Cx, tenant_id: TenantId, user_id: UserId) -> Result<Member, Problem> {
    let rows = cx.query(Scope::Tenant(tenant_id), member::get(tenant_id, user_id)).await?;
    Ok(member::read(rows.first().ok_or(Error::NoSuchMember)?)?)
}
