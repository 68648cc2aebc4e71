//! The operations on signing keys: which one signs now, which are published, and how the next one comes.
//!
//! A key comes from the manifest's variable `signing_key`, which is noted down when it is seen first, or is made here
//! and stored wrapped by the master key. All instances read the same rows and decide by the time alone.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::sql::{self, Scope};
use insula_kit::time::Timestamp;
use insula_kit::wrap::Wrapped;
use insula_kit::{Cx, Problem, config, schema};

use crate::error::Error;
use crate::signing_key::SigningKey;
use crate::signing_key::algorithm::Algorithm;
use crate::signing_key::jwk::Jwk;
use crate::signing_key::schedule::{self, LEAD_MS, State, Term};
use crate::store::signing_key::{self as store, StoredKey};

const VARIABLE: &str = "signing_key";
const ALGORITHM: &str = "signing_algorithm";
/// How often a change is tried again that lost against another.
const ATTEMPTS: usize = 5;

thread_local! {
    /// The manifest's key, which is the same for every request: reading it costs as much as a tenth of a signature.
    static GIVEN: OnceCell<Option<Rc<SigningKey>>> = const { OnceCell::new() };
    /// The stored key that signed last, for the same reason. Whether it still signs is asked each time.
    static OPENED: RefCell<Option<Rc<SigningKey>>> = const { RefCell::new(None) };
}

/// A key, and where it is in its life.
pub struct Listed {
    pub key: StoredKey,
    pub state: State,
}

/// What a rotation shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Makes the next key if one is due by the schedule.
    IfDue,
    /// Makes the next key, unless it is there already.
    Next,
    /// Makes a key that signs at once, and takes all others out of use.
    Withdraw,
}

/// The key that signs now. The first call of an installation without a key makes one.
pub async fn current(cx: &Cx) -> Result<Rc<SigningKey>, Problem> {
    for _ in 0..ATTEMPTS {
        let keys = list(cx).await?;
        let signing = keys.iter().find(|listed| listed.state == State::Current);
        if let Some(listed) = signing
            && let Some(key) = open(cx, &listed.key).await?
        {
            return Ok(key);
        }
        add(cx, &keys, cx.now(), false).await?;
    }
    Err(Error::Signing.into())
}

/// Every key that is in use or was lately, newest first. The manifest's is noted down if it is new.
pub async fn list(cx: &Cx) -> Result<Vec<Listed>, Problem> {
    let keys = stored(cx).await?;
    let Some(given) = given().await? else { return Ok(keys) };
    if keys.iter().any(|listed| listed.key.public.kid == given.public().kid) {
        return Ok(keys);
    }
    // Whoever exchanged the manifest's key took the old one away: then there is no time to publish the new one first.
    let signing = keys.iter().find(|listed| listed.state == State::Current);
    let goes_on = signing.is_some_and(|listed| listed.key.wrapped.is_some());
    let signs_from = if goes_on { cx.now().plus_ms(LEAD_MS) } else { cx.now() };
    insert(cx, &keys, given.public().clone(), None, signs_from, false).await?;
    stored(cx).await
}

/// Makes the next key. Returns whether one was made, and the keys that there are then; who comes at the same time as another
/// may find it made.
pub async fn rotate(cx: &Cx, rotation: Rotation) -> Result<(bool, Vec<Listed>), Problem> {
    for _ in 0..ATTEMPTS {
        let keys = list(cx).await?;
        let waits = keys.iter().any(|listed| listed.state == State::Next);
        let signs = keys.iter().any(|listed| listed.state == State::Current);
        let is_wanted = match rotation {
            Rotation::IfDue => is_due(&keys, cx.now()).await?,
            Rotation::Next => !waits,
            Rotation::Withdraw => true,
        };
        if !is_wanted {
            return Ok((false, keys));
        }
        let at_once = rotation == Rotation::Withdraw || !signs;
        let signs_from = if at_once { cx.now() } else { cx.now().plus_ms(LEAD_MS) };
        if add(cx, &keys, signs_from, rotation == Rotation::Withdraw).await? {
            return Ok((true, stored(cx).await?));
        }
    }
    Err(sql::Error::Busy.into())
}

async fn is_due(keys: &[Listed], now: Timestamp) -> Result<bool, Problem> {
    let terms: Vec<(Term, &str)> =
        keys.iter().rev().map(|listed| (listed.key.term, listed.key.public.algorithm())).collect();
    Ok(schedule::is_due(&terms, algorithm().await?, now))
}

async fn stored(cx: &Cx) -> Result<Vec<Listed>, Problem> {
    let rows = cx.query(Scope::System, store::list()).await?;
    let keys = rows.iter().map(store::read).collect::<Result<Vec<_>, _>>()?;
    let terms: Vec<Term> = keys.iter().rev().map(|key| key.term).collect();
    let states = schedule::states(&terms, cx.now()).into_iter().rev();
    Ok(keys.into_iter().zip(states).map(|(key, state)| Listed { key, state }).collect())
}

/// Makes a key and stores it. False if another was stored meanwhile.
async fn add(cx: &Cx, keys: &[Listed], signs_from: Timestamp, withdraws: bool) -> Result<bool, Problem> {
    let key = SigningKey::generate(algorithm().await?, cx.random()?)?;
    let public = key.public().clone();
    let wrapped = cx.wrap(&purpose(&public.kid), &key.to_pem()?)?;
    insert(cx, keys, public, Some(wrapped), signs_from, withdraws).await
}

async fn insert(
    cx: &Cx,
    keys: &[Listed],
    public: Jwk,
    wrapped: Option<Wrapped>,
    signs_from: Timestamp,
    withdraws: bool,
) -> Result<bool, Problem> {
    // The last of the chain: nothing follows it.
    let is_last = |listed: &&Listed| keys.iter().all(|other| other.key.predecessor != listed.key.public.kid);
    let predecessor =
        keys.iter().find(is_last).map(|listed| listed.key.public.kid.clone()).unwrap_or_default();
    let term = Term { signs_from, withdrawn_at: None };
    let key = StoredKey { predecessor, public, wrapped, created_at: cx.now(), term };
    let mut statements = vec![store::insert(&key)?];
    if withdraws {
        statements.push(store::withdraw_others(&key.public.kid, cx.now()));
    }
    let event = Event::new(Action::SigningKeyAdded).fact("kid", &key.public.kid).fact("withdraws", withdraws);
    // The first is noted down by whoever comes first, who has nothing to do with it.
    let event = if cx.caller() == Caller::Operator { event } else { event.by_system() };
    statements.push(cx.audit(event).await?);
    match cx.batch(Scope::System, statements).await {
        Ok(_) => Ok(true),
        Err(schema::Failure::Database(sql::Error::Refused(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The private half of a key; none if it was the manifest's and is so no more.
async fn open(cx: &Cx, key: &StoredKey) -> Result<Option<Rc<SigningKey>>, Problem> {
    let is_it = |other: &Rc<SigningKey>| other.public().kid == key.public.kid;
    let Some(wrapped) = &key.wrapped else { return Ok(given().await?.filter(is_it)) };
    if let Some(opened) = OPENED.with_borrow(|opened| opened.clone().filter(is_it)) {
        return Ok(Some(opened));
    }
    let pem = cx.open_wrapped(&purpose(&key.public.kid), wrapped)?;
    let opened = Rc::new(SigningKey::parse(&pem)?);
    OPENED.set(Some(Rc::clone(&opened)));
    Ok(Some(opened))
}

/// The key that the manifest gives this component, if it gives one.
async fn given() -> Result<Option<Rc<SigningKey>>, Problem> {
    if let Some(key) = GIVEN.with(|cell| cell.get().cloned()) {
        return Ok(key);
    }
    let pem = config::variable(VARIABLE).await.filter(|pem| !pem.trim().is_empty());
    let key = pem.map(|pem| SigningKey::parse(&pem)).transpose()?.map(Rc::new);
    Ok(GIVEN.with(|cell| cell.get_or_init(|| key).clone()))
}

async fn algorithm() -> Result<Algorithm, Error> {
    Algorithm::of_setting(config::variable(ALGORITHM).await.as_deref())
}

/// What a key is wrapped for.
pub fn purpose(kid: &str) -> String {
    format!("signing-key {kid}")
}
