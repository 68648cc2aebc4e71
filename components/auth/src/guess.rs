//! Guessing: who may try a password, a code or another secret, and how often. Every secret that can be guessed is tried
//! through this room.
//!
//! An attempt is counted before the secret is looked at, in one statement, so of calls at once no more get through than
//! of calls one after the other, and a refused one costs no hash. A right one takes its count back. What is counted
//! depends on whether the person has logged in from this network before:
//!
//! - From a **known** network: the account from this network alone. What strangers do elsewhere, or to other accounts
//!   from here, keeps nobody out where they have been before.
//! - From **anywhere else**: the account from this network, the account from all unknown networks together, the network,
//!   and its surroundings. Whoever has many networks is held to the account's pace, whose longest wait is half a minute,
//!   so that it never becomes a lock-out; whoever tries many accounts is held to the network's.
//!
//! An unknown address is counted as a known one is, by its text. Nobody can tell the two apart by what is refused, except
//! from a network that the person has logged in from. A success forgets what was counted for the account from this
//! network; from the others it takes back its own count only, or an attacker could make room with an account of its own.
//!
//! More things are slowed down that are no failures. Logins that succeed are counted by account, because each costs
//! a hash and a session; the count is looked at before the hash and made with the session, so only who has the password
//! moves it. In the same way exchanges of refresh tokens are counted by person. A registration is counted as if its
//! address were taken, and takes that back when it isn't: who looks for customers among addresses is held to a few a
//! day.
//!
//! Accounts and networks are kept as digests under the platform's key, so the table names nobody.

pub mod rule;
mod store;

use std::net::{IpAddr, Ipv6Addr};

use insula_domain::known_networks::around;
use insula_kit::id::UserId;
use insula_kit::sql::{self, Scope, Statement};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, schema};

use self::rule::{CODE, ELSEWHERE, LOGIN, NETWORK, PAIR, REFRESH, Rule, TAKEN, TAKEN_WIDE, WIDE};
use crate::error::Error;

/// For how long another failed login isn't noted: as long as who fails from one network waits at most.
pub const NOTED_MS: i64 = PAIR.longest_wait_ms;
/// How long a network stays known after the last login from it: 90 days.
const KNOWN_MS: i64 = 90 * 86_400_000;

/// What attempts are counted against.
pub struct Subject {
    digest: String,
    rule: Rule,
}

/// An attempt that was counted. It stays counted unless its statements are run.
#[must_use = "an attempt that succeeds has to be given back"]
pub struct Attempt {
    at: Timestamp,
    counted: Vec<(Subject, Timestamp)>,
}

/// What a password is tried for: an account, by the text of its address.
pub fn password(cx: &Cx, account: &str, is_known: bool) -> Result<Vec<Subject>, Problem> {
    subjects(cx, "password", account, PAIR, ELSEWHERE, is_known)
}

/// What a code is tried for. Whoever gets here knows the password, so there is nothing that a stranger could shut.
pub fn code(cx: &Cx, user_id: UserId, is_known: bool) -> Result<Vec<Subject>, Problem> {
    let place = cx.client().filter(|_| is_known).map(narrow);
    Ok(vec![subject(cx, "code", &format!("{user_id}\n{}", place.unwrap_or_default()), CODE)?])
}

/// What secrets of 256 bits are tried for: the network. They can't be guessed; who tries nevertheless is slowed down.
pub fn token(cx: &Cx) -> Result<Vec<Subject>, Problem> {
    networks(cx, "token")
}

/// What accounts are made from: the network. Each costs a hash and a mail, and stays.
pub fn registration(cx: &Cx) -> Result<Vec<Subject>, Problem> {
    networks(cx, "registration")
}

/// What a registration may be told of that somebody is registered: the address, and the network.
pub fn taken(cx: &Cx, email: &str) -> Result<Vec<Subject>, Problem> {
    let mut subjects = vec![subject(cx, "taken", email, TAKEN)?];
    subjects.extend(within(cx, "taken", TAKEN, TAKEN_WIDE)?);
    Ok(subjects)
}

/// What logins to an account are counted by that succeed.
pub fn logins(cx: &Cx, account: &str) -> Result<Subject, Problem> {
    subject(cx, "login", account, LOGIN)
}

/// What exchanges of refresh tokens are counted by: each costs a signature and leaves rows.
pub fn refreshes(cx: &Cx, user_id: UserId) -> Result<Subject, Problem> {
    subject(cx, "refresh", &user_id.to_string(), REFRESH)
}

/// What mail to others is asked for: the network, or it would be a way to fill strangers' mailboxes.
pub fn mail(cx: &Cx) -> Result<Vec<Subject>, Problem> {
    networks(cx, "mail")
}

/// What makes two failed logins one for the audit log: the account and the network. Whether anybody has the account makes no
/// difference, or the time that an entry takes would tell it. Each costs who tries a hash, and is slowed down as all are.
pub fn noted(cx: &Cx, account: &str) -> Result<String, Problem> {
    let place = cx.client().map(narrow).unwrap_or_default();
    cx.keyed_digest("noted login", &format!("{account}\n{place}"))
}

/// The network that the call comes from, as it is remembered; none where the host tells none.
pub fn network(cx: &Cx) -> Result<Option<String>, Problem> {
    cx.client().map(|address| cx.keyed_digest("known network", &narrow(address))).transpose()
}

/// Remembers that a person has proven itself from this network.
pub fn remember(cx: &Cx, user_id: UserId) -> Result<Vec<Statement>, Problem> {
    let expires_at = cx.now().plus_ms(KNOWN_MS);
    let statements = network(cx)?.map(|network| store::remember(user_id, &network, expires_at));
    Ok(statements.into_iter().flatten().collect())
}

fn subjects(
    cx: &Cx,
    purpose: &str,
    account: &str,
    pair: Rule,
    elsewhere: Rule,
    is_known: bool,
) -> Result<Vec<Subject>, Problem> {
    let mut subjects = Vec::with_capacity(4);
    if let Some(address) = cx.client() {
        subjects.push(subject(cx, purpose, &format!("{account}\n{}", narrow(address)), pair)?);
    }
    // Without an address everybody seems to be in one place: the account's own slow pace would be a lock-out there.
    if !is_known || subjects.is_empty() {
        subjects.push(subject(cx, purpose, &format!("{account}\nelsewhere"), elsewhere)?);
        subjects.extend(networks(cx, purpose)?);
    }
    Ok(subjects)
}

fn networks(cx: &Cx, purpose: &str) -> Result<Vec<Subject>, Problem> {
    within(cx, purpose, NETWORK, WIDE)
}

fn within(cx: &Cx, purpose: &str, inner: Rule, outer: Rule) -> Result<Vec<Subject>, Problem> {
    // Whoever hides where it comes from is in one place with all others who do.
    let Some(address) = cx.client() else {
        return Ok(vec![subject(cx, purpose, "network unknown", outer)?]);
    };
    Ok(vec![
        subject(cx, purpose, &format!("network {}", narrow(address)), inner)?,
        subject(cx, purpose, &format!("network {}", around(address)), outer)?,
    ])
}

fn subject(cx: &Cx, purpose: &str, text: &str, rule: Rule) -> Result<Subject, Problem> {
    Ok(Subject { digest: cx.keyed_digest("guess", &format!("{purpose}\n{text}"))?, rule })
}

/// What one customer of a provider has: an IPv4 address, an IPv6 network of 64 bits.
fn narrow(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

impl Subject {
    /// Counts something against the subject, in the batch of what is counted; refused when it comes too early.
    pub fn counted(&self, at: Timestamp) -> Statement {
        store::insert(&self.digest, self.rule, at)
    }

    /// Sees that something may be made now, without counting it.
    ///
    /// # Errors
    ///
    /// `too-many-attempts` when it has to wait.
    pub async fn demand_ready(&self, cx: &Cx) -> Result<(), Problem> {
        match cx.batch(Scope::System, vec![store::miss(&self.digest, cx.now())]).await {
            Ok(_) => Ok(()),
            Err(schema::Failure::Database(sql::Error::Refused(_))) => Err(self.refusal(cx).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// What a refused one is told.
    pub async fn refusal(&self, cx: &Cx) -> Result<Problem, Problem> {
        refusal(cx, std::iter::once(self), cx.now()).await
    }
}

impl Attempt {
    /// Counts an attempt against all of the subjects, or against none.
    ///
    /// # Errors
    ///
    /// `too-many-attempts` when one of them has to wait.
    pub async fn begin(cx: &Cx, subjects: Vec<Subject>) -> Result<Self, Problem> {
        Self::begin_beside(cx, subjects, None).await
    }

    /// As [`Self::begin`], unless something else has to wait, which is only looked at.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`].
    pub async fn begin_beside(
        cx: &Cx,
        subjects: Vec<Subject>,
        beside: Option<&Subject>,
    ) -> Result<Self, Problem> {
        let at = cx.now();
        let mut statements: Vec<Statement> = subjects.iter().map(|subject| subject.counted(at)).collect();
        statements.extend(beside.map(|subject| store::miss(&subject.digest, at)));
        if statements.is_empty() {
            return Ok(Self { at, counted: Vec::new() });
        }
        let results = match cx.batch(Scope::System, statements).await {
            Ok(results) => results,
            Err(schema::Failure::Database(sql::Error::Refused(_))) => {
                return Err(refusal(cx, subjects.iter().chain(beside), at).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let ready = results
            .iter()
            .take(subjects.len())
            .map(|rows| store::read_ready(rows))
            .collect::<Result<Vec<_>, _>>()?;
        let counted = subjects.into_iter().zip(ready).map(|(subject, ready)| (subject, ready.unwrap_or(at)));
        Ok(Self { at, counted: counted.collect() })
    }

    /// What the batch does that the right secret leads to: the first subject, which is the caller's own, is forgotten,
    /// the others get their count back.
    pub fn succeeded(&self) -> Vec<Statement> {
        let (own, others) = self.counted.split_at(self.counted.len().min(1));
        let forget = own.iter().map(|(subject, _)| store::delete(&subject.digest));
        forget.chain(others.iter().map(|counted| self.give_back(counted))).collect()
    }

    /// What takes the attempt back and nothing else.
    pub fn undone(&self) -> Vec<Statement> {
        self.counted.iter().map(|counted| self.give_back(counted)).collect()
    }

    fn give_back(&self, (subject, ready_at): &(Subject, Timestamp)) -> Statement {
        store::give_back(&subject.digest, subject.rule, *ready_at, self.at)
    }
}

/// Why an attempt is refused. Another one may have been counted since: then the wait is that one's.
async fn refusal(
    cx: &Cx,
    subjects: impl Iterator<Item = &Subject>,
    at: Timestamp,
) -> Result<Problem, Problem> {
    let digests = subjects.map(|subject| subject.digest.as_str());
    let rows = cx.query(Scope::System, store::get_ready(digests)).await?;
    let ready_at = store::read_ready(&rows)?.unwrap_or(at);
    let wait_ms = ready_at.as_ms() - at.as_ms();
    Ok(Error::TooManyAttempts { seconds: u64::try_from(wait_ms.max(1)).unwrap_or(1).div_ceil(1_000) }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_one_customer_has_and_its_surroundings_what_a_greedy_one_may_have() {
        let seen = |text: &str| {
            let address = text.parse().unwrap();
            (narrow(address), around(address))
        };
        let pair = |narrow: &str, wide: &str| (narrow.to_owned(), wide.to_owned());
        assert_eq!(seen("203.0.113.77"), pair("203.0.113.77", "203.0.113.0/24"));
        assert_eq!(seen("2001:db8:1:2:3:4:5:6"), pair("2001:db8:1:2::/64", "2001:db8:1::/48"));
    }
}
