//! Devices: what tells a person's own device from a stranger's, so that strangers' guesses don't slow the person down.
//!
//! Whoever has shown a password, or a code that was mailed, is given a cookie and sends it with the next login (OWASP, "Slow
//! Down Online Guessing Attacks with Device Cookies"). It opens nothing: it only has the device's attempts counted apart
//! from all others. Whoever steals it can guess at the pace of that device, until the password is changed.
//!
//! The cookie is `nonce.until.shown.account.proof`, in letters, digits and dots, and nothing of it is stored. The last two are
//! digests under the platform's key of what is before them and
//!
//! - the account, by the text of its address: so that without asking the database it is told from what somebody made up;
//! - the person, the hash of its password, and where a second factor was shown, since when that counts: so that it ends
//!   with them. A hash that is made anew because it shall cost more is another one, too.
//!
//! The name has a digest of the account as well, so that people who share a browser have a cookie each.

use insula_domain::credential::hexadecimal;
use insula_kit::id::UserId;
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, Request};
use subtle::ConstantTimeEq;

use crate::password::PasswordHash;

/// Where browsers send it: nobody else's component sees it.
const PATH: &str = "/api/v1/auth";
/// 90 days.
const LIFETIME_MS: i64 = 90 * 86_400_000;
const NONCE_LENGTH: usize = 32;
const DIGEST_LENGTH: usize = 64;
/// How many cookies of one name are looked at.
const MOST: usize = 4;

/// What was shown on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The password, or a code that was mailed.
    Password,
    /// A code of the second factor as well.
    Factor,
}

/// A person that devices are of, as it is now.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// By the text of its address.
    pub account: &'a str,
    pub user_id: UserId,
    pub password: &'a PasswordHash,
    /// Since when its second factor counts, if it has one.
    pub factor_since: Option<Timestamp>,
}

/// A device that a cookie was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    nonce: String,
    until: Timestamp,
    shown: Shown,
    proof: String,
}

/// What the answer's `Set-Cookie` says to a device on which a person has shown something.
pub fn cookie(cx: &Cx, owner: &Owner<'_>, shown: Shown) -> Result<String, Problem> {
    let nonce = hexadecimal(&cx.random::<{ NONCE_LENGTH / 2 }>()?);
    let until = cx.now().plus_ms(LIFETIME_MS);
    let mut device = Device { nonce, until, shown, proof: String::new() };
    device.proof = device.proven(cx, owner)?;
    let name = name(cx, owner.account)?;
    let (text, account) = (device.text(), device.of_account(cx, owner.account)?);
    let seconds = LIFETIME_MS / 1_000;
    Ok(format!(
        "{name}={text}.{account}.{}; Max-Age={seconds}; Path={PATH}; HttpOnly; Secure; SameSite=Strict",
        device.proof
    ))
}

/// The account's name among cookies.
fn name(cx: &Cx, account: &str) -> Result<String, Problem> {
    Ok(format!("insula-device-{}", &cx.keyed_digest("device's name", account)?[..8]))
}

impl Device {
    /// The devices that a request says it comes from, whose cookies were made for this account. Whether one is its person's
    /// still is to be seen ([`Self::is_of`]).
    pub fn claimed(cx: &Cx, request: &Request, account: &str) -> Result<Vec<Self>, Problem> {
        let mut claimed = Vec::new();
        for text in request.cookies(&name(cx, account)?).take(MOST) {
            let Some((device, given)) = Self::parse(text) else { continue };
            let right = device.of_account(cx, account)?;
            if bool::from(right.as_bytes().ct_eq(given.as_bytes())) && cx.now() < device.until {
                claimed.push(device);
            }
        }
        Ok(claimed)
    }

    /// Reads a cookie: the device, and what is said of its account.
    fn parse(text: &str) -> Option<(Self, &str)> {
        let mut parts = text.split('.');
        let (nonce, until, shown) =
            (parts.next()?, parts.next()?.parse().ok()?, Shown::parse(parts.next()?)?);
        let (account, proof) = (parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none()
            && nonce.len() == NONCE_LENGTH
            && [account, proof].iter().all(|digest| digest.len() == DIGEST_LENGTH);
        let (nonce, proof) = (nonce.to_owned(), proof.to_owned());
        is_whole.then(|| (Self { nonce, until: Timestamp::from_ms(until), shown, proof }, account))
    }

    /// Whether it is this person's still.
    pub fn is_of(&self, cx: &Cx, owner: &Owner<'_>) -> Result<bool, Problem> {
        let right = self.proven(cx, owner)?;
        Ok(right.as_bytes().ct_eq(self.proof.as_bytes()).into())
    }

    /// What its attempts are counted by.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Whether a second factor was shown on it.
    pub fn has_shown_factor(&self) -> bool {
        self.shown == Shown::Factor
    }

    fn text(&self) -> String {
        format!("{}.{}.{}", self.nonce, self.until.as_ms(), self.shown.as_str())
    }

    fn of_account(&self, cx: &Cx, account: &str) -> Result<String, Problem> {
        cx.keyed_digest("device's account", &format!("{}\n{account}", self.text()))
    }

    fn proven(&self, cx: &Cx, owner: &Owner<'_>) -> Result<String, Problem> {
        let since = owner.factor_since.filter(|_| self.has_shown_factor()).map_or(0, Timestamp::as_ms);
        let Owner { user_id, password, .. } = owner;
        let text = format!("{}\n{user_id}\n{}\n{since}", self.text(), password.as_str());
        cx.keyed_digest("device", &text)
    }
}

impl Shown {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Factor => "factor",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Password, Self::Factor].into_iter().find(|shown| shown.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_cookie_is_looked_at() {
        let (nonce, digest) = ("a".repeat(32), "b".repeat(64));
        assert!(Device::parse(&format!("{nonce}.7.factor.{digest}.{digest}")).is_some());
        for bad in [
            String::new(),
            format!("{nonce}.7.factor.{digest}"),
            format!("{nonce}.7.factor.{digest}.{digest}.c"),
            format!("{nonce}.7.nothing.{digest}.{digest}"),
            format!("{nonce}.soon.password.{digest}.{digest}"),
            format!("a{nonce}.7.password.{digest}.{digest}"),
            format!("{nonce}.7.password.{digest}.{}", "b".repeat(65_536)),
        ] {
            assert!(Device::parse(&bad).is_none(), "{bad}");
        }
    }
}
