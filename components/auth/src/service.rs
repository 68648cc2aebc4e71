//! The operations on people: the order of their steps, and what happens whole or not at all.

pub mod account;
pub mod login;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod signing_key;

use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem, Response, idempotency};

use crate::error::Error;
use crate::password::Cost;
use crate::registration::{FirstTenant, Person, Registration};
use crate::store::second_factor::State;
use crate::store::{self, Membership};

/// Makes a person, and the tenant that it owns, if one is named. All of it is stored, or nothing; `answer` tells of it,
/// and is kept with it for a request that is sent again.
pub async fn register(
    cx: &Cx,
    registration: Registration,
    answer: impl FnOnce(&Person, Option<&FirstTenant>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let Registration { email, password, name, tenant_name } = registration;
    let hash = password.hash(Cost::load().await?, cx.random()?)?;
    let created_at = cx.now();
    let person = Person { id: cx.new_id()?, email, name, email_verified: false, created_at };
    let tenant = match tenant_name {
        Some(name) => Some(FirstTenant { id: cx.new_id()?, name, created_at }),
        None => None,
    };
    let answer = answer(&person, tenant.as_ref())?;
    let mut statements = store::insert(&person, &hash, tenant.as_ref());
    statements.extend(account::verification(cx, person.id, &person.email)?);
    let refused = |at| {
        if at == store::PERSON {
            Problem::from(Error::EmailTaken)
        } else {
            Problem::from(insula_kit::sql::Error::Refused(at))
        }
    };
    idempotency::commit(cx, Scope::System, statements, answer, refused).await
}

/// The person who is calling, its memberships, and how far it is with a second factor.
pub async fn me(cx: &Cx) -> Result<(Person, Vec<Membership>, State), Problem> {
    let user_id = cx.user_id()?;
    let mut results = cx.batch(Scope::Person(user_id), store::get(user_id)).await?.into_iter();
    let (people, memberships) = (results.next().unwrap_or_default(), results.next().unwrap_or_default());
    let person = store::read_person(people.first().ok_or(Error::NoSuchPerson)?)?;
    let memberships = memberships.iter().map(store::read_membership).collect::<Result<_, _>>()?;
    let state = store::second_factor::read_state(&results.next().unwrap_or_default())?;
    Ok((person, memberships, state))
}
