//! Logging in: the password, the second factor, the tenant, in this order. Nothing is told about the later ones to
//! whoever doesn't have the earlier.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::failure;
use super::second_factor::{self, Passed};
use super::session::{ATTEMPTS, Tokens, tokens};
use crate::device::{self, Device, Owner, Shown};
use crate::email::Account;
use crate::error::Error;
use crate::guess::{self, Attempt, Proof, Subject};
use crate::password::{Cost, Password, PasswordHash};
use crate::store::{self, Known, Wanted, own, second_factor as factor, session};

/// What somebody presents.
pub struct Login {
    pub account: Account,
    pub password: Password,
    pub code: Option<String>,
    pub wanted: Wanted,
    /// The devices of this account that it claims to be made on.
    pub devices: Vec<Device>,
}

/// What a login makes.
pub struct LoggedIn {
    pub tokens: Tokens,
    /// What the device sends with the next one.
    pub cookie: String,
}

/// What must still be so when the session is stored, by the place of the statement that sees to it.
const PASSWORD: usize = 0;
const CODE: usize = 1;

/// Makes a session of the person whose address and password these are. An unknown address takes the same steps and
/// the same time as a wrong password.
pub async fn log_in(cx: &Cx, login: &Login) -> Result<LoggedIn, Problem> {
    let cost = Cost::load().await?;
    let (known, counted) = begin(cx, login).await?;
    let is_proven = login.password.proves(known.as_ref().map(|known| &known.password), cost).await?;
    let about = guess::noted(cx, login.account.as_str())?;
    let Some(known) = known.filter(|_| is_proven) else {
        // Of a known and of an unknown account the same is kept, in the same time.
        let account = cx.keyed_digest("audit account", login.account.as_str())?;
        let event = Event::new(Action::LoginFailed).fact("account_digest", &account[..16]);
        cx.note(&about, guess::NOTED_MS, event).await?;
        return Err(Error::InvalidCredentials.into());
    };
    let outcome = enter(cx, login, known, &counted, cost).await;
    if outcome.is_err() {
        // The password was right: whatever else was wrong, that was no failed guess at it. It has cost a hash all the same.
        // In the order of a login that goes well, which may be at the same rows.
        let logins = counted.device.iter().map(|(_, logins)| logins.counted_if_ready(cx.now()));
        let statements = logins.chain(counted.attempt.undone()).collect();
        cx.batch(Scope::System, statements).await?;
    }
    outcome
}

/// An attempt that was counted.
struct Counted<'a> {
    attempt: Attempt,
    /// The person's own device, if it is made on one, and what its logins are counted by.
    device: Option<(&'a Device, Subject)>,
}

/// Counts the attempt, and looks whose account it is. For who doesn't come from a device of the account it is done in this
/// order: what is refused takes the same time for all.
async fn begin<'a>(cx: &Cx, login: &'a Login) -> Result<(Option<Known>, Counted<'a>), Problem> {
    let account = login.account.as_str();
    let strange = || guess::password(cx, account, None);
    if login.devices.is_empty() {
        let attempt = Attempt::begin(cx, strange()?).await?;
        return Ok((find(cx, login).await?, Counted { attempt, device: None }));
    }
    let known = find(cx, login).await?;
    let Some(device) = own_device(cx, login, known.as_ref())? else {
        return Ok((known, Counted { attempt: Attempt::begin(cx, strange()?).await?, device: None }));
    };
    let subjects = guess::password(cx, account, Some(device))?;
    let logins = guess::logins(cx, account)?;
    let attempt = Attempt::begin_beside(cx, subjects, Some(&logins)).await?;
    Ok((known, Counted { attempt, device: Some((device, logins)) }))
}

/// The device among those that it claims to be made on that is the person's still.
fn own_device<'a>(cx: &Cx, login: &'a Login, known: Option<&Known>) -> Result<Option<&'a Device>, Problem> {
    let Some(known) = known else { return Ok(None) };
    for device in &login.devices {
        if device.is_of(cx, &known.owner(login.account.as_str()))? {
            return Ok(Some(device));
        }
    }
    Ok(None)
}

async fn find(cx: &Cx, login: &Login) -> Result<Option<Known>, Problem> {
    let rows = cx.query(Scope::System, store::get_by_email(login.account.email(), login.wanted)).await?;
    Ok(rows.first().map(store::read_known).transpose()?)
}

/// Goes on with whoever has the password.
async fn enter(
    cx: &Cx,
    login: &Login,
    mut known: Known,
    counted: &Counted<'_>,
    cost: Cost,
) -> Result<LoggedIn, Problem> {
    let passed = match &known.factor {
        None => None,
        Some(factor) => {
            let code = login.code.as_deref().ok_or(Error::SecondFactorRequired)?;
            let device = counted.device.as_ref().map(|(device, _)| *device);
            let subjects = guess::code(cx, known.user_id, device)?;
            Some(second_factor::prove(cx, known.user_id, factor, code, subjects, Error::WrongCode).await?)
        }
    };
    let stronger = if known.password.is_weaker_than(cost) {
        Some(login.password.hash(cost, cx.random()?).await?)
    } else {
        None
    };
    let owner = known.owner(login.account.as_str());
    let owner = Owner { password: stronger.as_ref().unwrap_or(&known.password), ..owner };
    let shown = if passed.is_some() { Shown::Factor } else { Shown::Password };
    let cookie = device::cookie(cx, &owner, shown)?;
    for _ in 0..ATTEMPTS {
        if let Err(refusal) = known.place(login.wanted) {
            cx.batch(Scope::System, passed.iter().flat_map(Passed::undone).collect()).await?;
            return Err(refusal.into());
        }
        if let Some(tokens) = make(cx, &known, passed.as_ref(), stronger.as_ref(), counted).await? {
            return Ok(LoggedIn { tokens, cookie });
        }
        // Where it acts has changed, and nothing else: whether that is the same person's password is seen to again.
        let again = find(cx, login).await?.ok_or(Error::InvalidCredentials)?;
        let Known { membership, is_suspended, is_barred, .. } = again;
        known = Known { membership, is_suspended, is_barred, ..known };
    }
    Err(sql::Error::Busy.into())
}

/// Stores the session. None when the person is something else by now, in the tenant that it would act in.
async fn make(
    cx: &Cx,
    known: &Known,
    passed: Option<&Passed>,
    stronger: Option<&PasswordHash>,
    Counted { attempt, device }: &Counted<'_>,
) -> Result<Option<Tokens>, Problem> {
    let tokens = tokens(cx, cx.new_id()?, known.user_id, known.membership).await?;
    let hash = stronger.unwrap_or(&known.password);
    let mut statements = vec![own::hold_password(known.user_id, &known.password, hash)];
    statements.extend(passed.map_or_else(|| vec![factor::miss(known.user_id)], Passed::taken));
    let place = statements.len();
    statements.extend(session::admit(known.user_id, known.membership));
    let admitted = statements.len();
    statements.extend(device.iter().map(|(_, logins)| logins.counted(cx.now())));
    statements.extend(session::insert(&tokens.access, &tokens.access_token.digest(), &tokens.refresh()));
    statements.extend(attempt.succeeded());
    let mut event = Event::new(Action::SessionStarted).by(known.user_id);
    if let Some((tenant_id, _)) = known.membership {
        event = event.in_tenant(tenant_id);
    }
    statements.push(cx.audit(event.fact("session_id", tokens.access.session_id)).await?);
    match cx.db().batch(Scope::Person(known.user_id), statements).await {
        Ok(_) => Ok(Some(tokens)),
        // The password was changed since it was looked at.
        Err(sql::Error::Refused(PASSWORD)) => Err(Error::InvalidCredentials.into()),
        Err(sql::Error::Refused(CODE)) if passed.is_some() => {
            failure::note(cx, known.user_id, Proof::Code).await?;
            Err(Error::WrongCode.into())
        }
        // It has a second factor since then.
        Err(sql::Error::Refused(CODE)) => Err(Error::SecondFactorRequired.into()),
        Err(sql::Error::Refused(at)) if (place..admitted).contains(&at) => Ok(None),
        Err(error) => match (device, error) {
            // Others of the same person were faster.
            (Some((_, logins)), sql::Error::Refused(at)) if at == admitted => Err(logins.refusal(cx).await?),
            (_, error) => Err(error.into()),
        },
    }
}

impl Known {
    /// Whose devices are the person's.
    fn owner<'a>(&'a self, account: &'a str) -> Owner<'a> {
        Owner { account, user_id: self.user_id, password: &self.password, factor_since: self.factor_since }
    }

    /// Whether the person may act where it wants to.
    fn place(&self, wanted: Wanted) -> Result<(), Error> {
        if self.is_suspended {
            return Err(Error::TenantSuspended);
        }
        if self.is_barred {
            return Err(Error::SecondFactorEnrolmentRequired);
        }
        if wanted != Wanted::First && self.membership.is_none() {
            return Err(Error::NoSuchTenant);
        }
        Ok(())
    }
}
