//! The operations on people and sessions: the order of their steps, and what happens whole or not at all.

use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem, Response, config, idempotency};

use crate::email::Email;
use crate::error::Error;
use crate::password::Password;
use crate::registration::{FirstTenant, Person, Registration};
use crate::signing_key::SigningKey;
use crate::store::{self, Membership, Wanted};
use crate::token::{AccessToken, Session};

const ISSUER: &str = "public_url";

/// Makes a person, and the tenant that it owns, if one is named. All of it is stored, or nothing; `answer` tells of it,
/// and is kept with it for a request that is sent again.
pub async fn register(
    cx: &Cx,
    registration: Registration,
    answer: impl FnOnce(&Person, Option<&FirstTenant>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let Registration { email, password, name, tenant_name } = registration;
    let hash = password.hash(cx.random()?)?;
    let created_at = cx.now();
    let person = Person { id: cx.new_id()?, email, name, created_at };
    let tenant = match tenant_name {
        Some(name) => Some(FirstTenant { id: cx.new_id()?, name, created_at }),
        None => None,
    };
    let answer = answer(&person, tenant.as_ref())?;
    let statements = store::insert(&person, &hash, tenant.as_ref());
    let refused = |at| {
        if at == store::PERSON {
            Problem::from(Error::EmailTaken)
        } else {
            Problem::from(insula_kit::sql::Error::Refused(at))
        }
    };
    idempotency::commit(cx, Scope::System, statements, answer, refused).await
}

/// Makes a session of the person whose address and password these are. An unknown address takes the same steps and
/// the same time as a wrong password.
pub async fn login(
    cx: &Cx,
    email: Option<&Email>,
    password: &Password,
    wanted: Wanted,
) -> Result<(Session, AccessToken), Problem> {
    let rows = cx.query(Scope::System, store::get_by_email(email, wanted)).await?;
    let known = rows.first().map(store::read_known).transpose()?;
    let is_proven = password.proves(known.as_ref().map(|known| &known.password))?;
    let known = known.filter(|_| is_proven).ok_or(Error::InvalidCredentials)?;
    if wanted != Wanted::First && known.membership.is_none() {
        return Err(Error::NoSuchTenant.into());
    }
    let key = SigningKey::load().await?;
    let issuer = config::variable(ISSUER).await.ok_or(Error::NoSetting(ISSUER))?;
    let session = Session {
        id: cx.new_id()?,
        user_id: known.user_id,
        membership: known.membership,
        created_at: cx.now(),
    };
    let token = session.token(&issuer, &key, cx.random()?)?;
    let statement = store::insert_session(&session, &token.digest());
    cx.query(Scope::Person(session.user_id), statement).await?;
    Ok((session, token))
}

/// The person who is calling, and its memberships.
pub async fn me(cx: &Cx) -> Result<(Person, Vec<Membership>), Problem> {
    let user_id = cx.user_id()?;
    let mut results = cx.batch(Scope::Person(user_id), store::get(user_id)).await?.into_iter();
    let (people, memberships) = (results.next().unwrap_or_default(), results.next().unwrap_or_default());
    let person = store::read_person(people.first().ok_or(Error::NoSuchPerson)?)?;
    let memberships = memberships.iter().map(store::read_membership).collect::<Result<_, _>>()?;
    Ok((person, memberships))
}
