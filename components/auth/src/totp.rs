//! Codes of a second factor that a device makes of a secret and the time: RFC 6238, with SHA-1, six digits and steps of
//! 30 seconds, because that is what the apps know.
//!
//! The secret has no `Debug` and no `Display`, so that it gets into no log by accident.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use insula_kit::time::Timestamp;
use sha1::Sha1;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::base32;
use crate::email::Email;

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// How many steps a device's clock may be early or late.
const WINDOW: i64 = 1;
/// What apps call the account's keeper.
const ISSUER: &str = "Insula";

/// 160 random bits, as RFC 4226 advises.
pub struct Secret([u8; 20]);

impl Secret {
    /// A new one.
    pub const fn new(random: [u8; 20]) -> Self {
        Self(random)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The secret as text, to be sealed.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What its owner types into an app.
    pub fn reveal(&self) -> String {
        base32::encode(&self.0)
    }

    /// What an app reads from a picture: `otpauth://totp/…`.
    pub fn uri(&self, email: &Email) -> String {
        let account: String = form_urlencoded::byte_serialize(email.as_str().as_bytes()).collect();
        let secret = self.reveal();
        format!(
            "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The step that a code is of, if it is one of now, of the step before or of the one after, and later than the last
    /// that was taken. It takes the same time for every code of six digits.
    pub fn accepts(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let code = number(code)?;
        let present = now.as_seconds().div_euclid(STEP_SECONDS);
        let mut found = -1;
        for step in present - WINDOW..=present + WINDOW {
            let is_right = self.code(step)?.ct_eq(&code) & Choice::from(u8::from(step > last_step));
            found.conditional_assign(&step, is_right);
        }
        (found >= 0).then_some(found)
    }

    fn code(&self, step: i64) -> Option<u32> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest.last()? & 15);
        let bytes = digest.get(at..at + 4)?.try_into().ok()?;
        Some((u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
    }
}

fn number(code: &str) -> Option<u32> {
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1_000)
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_specification() {
        let secret = Secret::new(*b"12345678901234567890");
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(secret.code(seconds / STEP_SECONDS), Some(code), "{seconds}");
            assert_eq!(secret.accepts(&format!("{code:06}"), at(seconds), 0), Some(seconds / STEP_SECONDS));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_or_late_and_never_twice() {
        let secret = Secret::new(*b"12345678901234567890");
        let step = 37_037_036;
        let code = format!("{:06}", secret.code(step).unwrap());
        let now = |steps: i64| at((step + steps) * STEP_SECONDS);
        for steps in -1..=1 {
            assert_eq!(secret.accepts(&code, now(steps), step - 1), Some(step));
            assert_eq!(secret.accepts(&code, now(steps), step), None, "it was taken");
            assert_eq!(secret.accepts(&code, now(steps), step + 1), None, "a later one was taken");
        }
        assert_eq!(secret.accepts(&code, now(-2), 0), None);
        assert_eq!(secret.accepts(&code, now(2), 0), None);
    }

    #[test]
    fn what_is_no_code_of_six_digits_is_refused() {
        let secret = Secret::new([0; 20]);
        for bad in ["", "12345", "1234567", "+12345", "12345 ", "abcdef", "\u{661}\u{662}\u{663}"] {
            assert_eq!(secret.accepts(bad, at(59), 0), None, "{bad}");
        }
    }

    #[test]
    fn an_app_is_told_secret_issuer_and_account() {
        let secret = Secret::new(*b"12345678901234567890");
        let email = Email::parse("ada+x@example.org").ok().unwrap();
        assert_eq!(
            secret.uri(&email),
            "otpauth://totp/Insula:ada%2Bx%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Insula&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(Secret::read(&secret.to_text()).unwrap().0, secret.0);
    }
}
