//! The operations on people: the order of their steps, and what happens whole or not at all.

pub mod account;
mod failure;
pub mod impersonation;
pub mod invitation;
pub mod login;
pub mod password;
pub mod rewrap;
pub mod second_factor;
pub mod session;
pub mod signing_key;

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::sql::{self, Scope, Statement};
use insula_kit::{Cx, Problem, Response, idempotency};
use insula_mail::invitation::InvitationToken;

use crate::error::Error;
use crate::guess::{self, Attempt};
use crate::password::Cost;
use crate::registration::{FirstTenant, Person, Registration};
use crate::store::invitation::Invited;
use crate::store::second_factor::State;
use crate::store::{self, Membership};

/// Where a person who registers belongs to.
pub enum Home {
    /// Nowhere yet.
    None,
    /// To a tenant that it makes and owns.
    Own(FirstTenant),
    /// To one that has invited it, which the token proves.
    Joined(Invited, InvitationToken),
}

/// Makes a person, and the tenant that it owns, if one is named; or lets it join the one that has invited it. All of it is
/// stored, or nothing; `answer` tells of it, and is kept with it for a request that is sent again.
pub async fn register(
    cx: &Cx,
    registration: Registration,
    answer: impl FnOnce(&Person, &Home) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let Registration { email, password, name, tenant_name, invitation } = registration;
    let created_at = cx.now();
    let home = match (tenant_name, invitation) {
        (_, Some(token)) => Home::Joined(invitation::find(cx, &token, &email).await?, token),
        (Some(name), None) => {
            let isolation = insula_isolation::default_of(cx.db());
            Home::Own(FirstTenant { id: cx.new_id()?, name, isolation, created_at })
        }
        (None, None) => Home::None,
    };
    let _counted = Attempt::begin(cx, guess::registration(cx)?).await?;
    let email_verified = matches!(home, Home::Joined(..));
    // Whoever is invited has shown that the address is its own, and learns nothing of others.
    let probed = if email_verified { Vec::new() } else { guess::taken(cx, email.as_str())? };
    let probe = Attempt::begin(cx, probed).await?;
    let hash = password.hash(Cost::load().await?, cx.random()?).await?;
    let person = Person { id: cx.new_id()?, email, name, email_verified, created_at };
    let answer = answer(&person, &home)?;
    let mut statements = match &home {
        Home::None => with_verification(cx, &person, store::insert(&person, &hash, None))?,
        Home::Own(tenant) => with_verification(cx, &person, store::insert(&person, &hash, Some(tenant)))?,
        Home::Joined(invited, token) => {
            let mut statements = store::insert(&person, &hash, None);
            statements.extend(invitation::join(cx, invited, token, person.id));
            statements
        }
    };
    statements.extend(probe.undone());
    statements.extend(entries(cx, &person, &home).await?);
    match idempotency::attempt(cx, Scope::System, statements, answer).await? {
        Ok(answer) => Ok(answer),
        Err(store::PERSON) => {
            // An equal request was faster: the address is taken by this very registration.
            if let Some(answer) = idempotency::find_again(cx).await? {
                cx.batch(Scope::System, probe.undone()).await?;
                return Ok(answer);
            }
            // Who is invited reads the mail of the address, and is told right now.
            if !email_verified {
                account::tell_owner(cx, &person.email).await?;
            }
            Err(Error::EmailTaken.into())
        }
        Err(at) if email_verified => Err(invitation::refused(at - store::PERSON - 1)),
        Err(at) => Err(sql::Error::Refused(at).into()),
    }
}

/// What appends to the log of the tenant, and then to the platform's, that somebody has come.
async fn entries(cx: &Cx, person: &Person, home: &Home) -> Result<Vec<Statement>, Problem> {
    let of_tenant = match home {
        Home::None => None,
        Home::Own(tenant) => Some(Event::new(Action::TenantCreated).in_tenant(tenant.id)),
        Home::Joined(invited, _) => {
            let event = Event::new(Action::InvitationAccepted).in_tenant(invited.tenant_id);
            Some(event.fact("role", invited.role.as_str()))
        }
    };
    let mut statements = Vec::new();
    for event in of_tenant.into_iter().chain([Event::new(Action::PersonRegistered)]) {
        statements.push(cx.audit(event.by_new(person.id)).await?);
    }
    Ok(statements)
}

/// Adds what makes the code that confirms the address, and mails it.
fn with_verification(
    cx: &Cx,
    person: &Person,
    mut statements: Vec<Statement>,
) -> Result<Vec<Statement>, Problem> {
    statements.extend(account::verification(cx, person.id, &person.email)?);
    Ok(statements)
}

/// Who is calling, as the caller is told.
pub struct Me {
    pub person: Person,
    pub memberships: Vec<Membership>,
    pub second_factor: State,
    /// Whether the tenant that the token acts in lets calls in.
    pub acts_in_an_active: bool,
}

/// The person who is calling.
pub async fn person(cx: &Cx) -> Result<Person, Problem> {
    let user_id = cx.user_id()?;
    let rows = cx.query(Scope::Person(user_id), store::get_person(user_id)).await?;
    Ok(store::read_person(rows.first().ok_or(Error::NoSuchPerson)?)?)
}

/// The person who is calling, its memberships, and how far it is with a second factor. To the operator who acts as the
/// person, the other tenants are none of its business.
pub async fn me(cx: &Cx) -> Result<Me, Problem> {
    let user_id = cx.user_id()?;
    let mut statements = store::get(user_id);
    statements.extend(cx.membership().map(|active| store::get_active(active.tenant_id)));
    let mut results = cx.batch(Scope::Person(user_id), statements).await?.into_iter();
    let (people, memberships) = (results.next().unwrap_or_default(), results.next().unwrap_or_default());
    let person = store::read_person(people.first().ok_or(Error::NoSuchPerson)?)?;
    let mut memberships: Vec<Membership> =
        memberships.iter().map(store::read_membership).collect::<Result<_, _>>()?;
    if let Caller::Impersonator { .. } = cx.caller() {
        let here = cx.tenant_id()?;
        memberships.retain(|membership| membership.tenant_id == here);
    }
    let second_factor = store::second_factor::read_state(&results.next().unwrap_or_default())?;
    let acts_in_an_active = results.next().is_some_and(|rows| !rows.is_empty());
    Ok(Me { person, memberships, second_factor, acts_in_an_active })
}
