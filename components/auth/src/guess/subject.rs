//! What attempts are counted against: accounts, networks, devices, sessions, each as a digest under the platform's key.

use std::net::{IpAddr, Ipv6Addr};

use insula_domain::known_networks::around;
use insula_kit::id::{SessionId, UserId};
use insula_kit::{Cx, Problem};

use super::rule::{ACCOUNT, CODE, LOGIN, NETWORK, PAIR, REFRESH, Rule, TAKEN, TAKEN_WIDE, WIDE};
use crate::device::Device;

/// What a person proves who it is with.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    Password,
    /// Of the second factor, or for recovery.
    Code,
}

/// What attempts are counted against.
pub struct Subject {
    pub(super) digest: String,
    pub(super) rule: Rule,
    pub(super) on_success: OnSuccess,
}

/// What a success does with what was counted.
#[derive(Clone, Copy)]
pub enum OnSuccess {
    /// All of it is forgotten: nobody else tries it.
    Forget,
    /// Its own count is taken back.
    GiveBack,
    /// Nothing: successes are what is counted, too.
    Keep,
}

/// What a password is tried for: an account, by the text of its address.
pub fn password(cx: &Cx, account: &str, device: Option<&Device>) -> Result<Vec<Subject>, Problem> {
    let purpose = "password";
    if let Some(device) = device {
        return Ok(vec![subject(cx, purpose, &format!("{account}\ndevice {}", device.nonce()), PAIR)?.own()]);
    }
    let mut subjects = Vec::with_capacity(5);
    if let Some(address) = cx.client() {
        subjects.push(subject(cx, purpose, &format!("{account}\n{}", narrow(address)), PAIR)?);
    }
    subjects.push(subject(cx, purpose, &format!("{account}\neverywhere"), ACCOUNT)?);
    subjects.push(Subject { on_success: OnSuccess::Keep, ..subject(cx, "attempt", account, LOGIN)? });
    subjects.extend(networks(cx, purpose)?);
    Ok(subjects)
}

/// What a code is tried for. Whoever gets here knows the password, so there is nothing that a stranger could shut. A device
/// counts for itself that has shown a code: of others, whoever knows the password can have any number.
pub fn code(cx: &Cx, user_id: UserId, device: Option<&Device>) -> Result<Vec<Subject>, Problem> {
    let device = device.filter(|device| device.has_shown_factor()).map(Device::nonce);
    Ok(vec![subject(cx, "code", &format!("{user_id}\n{}", device.unwrap_or_default()), CODE)?.own()])
}

/// What a person is asked for again who is calling: nobody but who has the session can try.
pub fn again(cx: &Cx, proof: Proof, session_id: SessionId) -> Result<Vec<Subject>, Problem> {
    let (purpose, rule) = match proof {
        Proof::Password => ("password again", PAIR),
        Proof::Code => ("code again", CODE),
    };
    Ok(vec![subject(cx, purpose, &session_id.to_string(), rule)?.own()])
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

/// What logins to an account are counted by that succeed on devices of the person's own.
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
    let digest = cx.keyed_digest("guess", &format!("{purpose}\n{text}"))?;
    Ok(Subject { digest, rule, on_success: OnSuccess::GiveBack })
}

/// What one customer of a provider has: an IPv4 address, an IPv6 network of 64 bits.
fn narrow(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

impl Subject {
    fn own(self) -> Self {
        Self { on_success: OnSuccess::Forget, ..self }
    }
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
