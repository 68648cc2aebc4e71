//! A person's device that makes codes: written after RFC 6238 on its own, so that it doesn't repeat our mistakes.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;

use super::app::App;
use super::people::{Caller, PASSWORD};

/// A device with a secret.
#[derive(Clone, Debug)]
pub struct Device {
    secret: Vec<u8>,
    /// What its owner wrote down.
    pub recovery_codes: Vec<String>,
}

impl Device {
    /// A device for a secret in base32.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = secret
            .chars()
            .map(|letter| format!("{:05b}", letters.find(letter).expect("a letter of base32")))
            .collect();
        let bytes = bits
            .as_bytes()
            .chunks_exact(8)
            .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("digits"), 2).expect("a byte"));
        Self { secret: bytes.collect(), recovery_codes: Vec::new() }
    }

    /// The code of that second.
    #[must_use]
    pub fn code_at(&self, seconds: u64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).expect("a key");
        mac.update(&(seconds / 30).to_be_bytes());
        let digest: Vec<u8> = mac.finalize().into_bytes().to_vec();
        let at = usize::from(digest[19] & 0xf);
        let number = u32::from_be_bytes(digest[at..at + 4].try_into().expect("four bytes"));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// The code of now.
    #[must_use]
    pub fn code(&self, app: &App) -> String {
        self.code_at(app.now_seconds())
    }

    /// A code of six digits that is none of now.
    #[must_use]
    pub fn wrong_code(&self, app: &App) -> String {
        let now = app.now_seconds();
        let near: Vec<String> = [now - 30, now, now + 30].iter().map(|at| self.code_at(*at)).collect();
        let mut codes = (0..4).map(|number| format!("{number:06}"));
        codes.find(|code| !near.contains(code)).expect("one of four is not one of three")
    }
}

impl Caller<'_> {
    /// Begins a second factor, which doesn't count yet.
    #[track_caller]
    pub fn begin_enrolment(&self) -> Device {
        let begun = self.post("/api/v1/auth/mfa/totp", &json!({ "password": PASSWORD })).send().expect(200);
        Device::new(begun.json()["secret"].as_str().unwrap_or_default())
    }

    /// Begins a second factor and confirms it.
    #[track_caller]
    pub fn enrol(&self, app: &App) -> Device {
        let device = self.begin_enrolment();
        let body = json!({ "code": device.code(app) });
        let confirmed = self.post("/api/v1/auth/mfa/totp/confirm", &body).send().expect(200).json();
        let codes = confirmed["recovery_codes"].as_array().cloned().unwrap_or_default();
        let recovery_codes = codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
        Device { recovery_codes, ..device }
    }
}
