//! E-mail addresses: which text is one, and when two are the same.
//!
//! An address is kept in lower case: no provider of note tells `Ada@` from `ada@`, and two accounts that differ in
//! that alone would be a trap. The syntax is the everyday part of RFC 5321: no quoted names, no comments, no
//! addresses of hosts, and international names of hosts as they stand in the DNS (`xn--…`).

use insula_kit::validate::FieldError;

const MAX_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
const MAX_LABEL_LENGTH: usize = 63;

/// An address. It has no `Debug` and no `Display`, so that it gets into no log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address: white space at its ends is removed, capital letters become small.
    ///
    /// # Errors
    ///
    /// `length` or `email`, at `/email`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            let detail = format!("must have at most {MAX_LENGTH} characters");
            return Err(FieldError::new("email", "length", detail));
        }
        let text = text.to_ascii_lowercase();
        if !is_address(&text) {
            return Err(FieldError::new(
                "email",
                "email",
                "must be an e-mail address: a name, an @ and a domain",
            ));
        }
        Ok(Self(text))
    }

    /// An address that was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose account somebody means, as it was typed: that of an address, or of nobody. An address of wrong syntax is
/// nobody's, and is counted and answered like any other unknown one.
pub struct Account {
    email: Option<Email>,
    text: String,
}

impl Account {
    /// Reads what was typed.
    pub fn typed(text: &str) -> Self {
        Email::parse(text).map_or_else(|_| Self { email: None, text: text.to_owned() }, Self::of)
    }

    /// The account of an address.
    pub fn of(email: Email) -> Self {
        Self { text: email.as_str().to_owned(), email: Some(email) }
    }

    /// The address, if it is one.
    pub const fn email(&self) -> Option<&Email> {
        self.email.as_ref()
    }

    /// What its attempts are counted by.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain))
}

fn is_local_part(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.len() <= MAX_LOCAL_LENGTH
        && text.split('.').all(|word| !word.is_empty() && word.bytes().all(is_allowed))
}

/// At least two labels, the last of which is no number: `localhost` and `127.0.0.1` are no domains of people.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(is_label) && last.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_trimmed_and_in_lower_case() {
        for (text, kept) in [
            (" Ada.Lovelace+news@Example.ORG\n", "ada.lovelace+news@example.org"),
            ("o'neill@mail.example.co.uk", "o'neill@mail.example.co.uk"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ] {
            assert!(Email::parse(text).is_ok_and(|email| email.as_str() == kept), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.org", "a".repeat(64));
        for bad in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.org",
            "a@b@example.org",
            "a b@example.org",
            ".a@example.org",
            "a..b@example.org",
            "a@localhost",
            "a@127.0.0.1",
            "a@-x.org",
            "a@x..org",
            "a@x.org.",
            "\u{e4}@example.org",
            "a\r\nbcc: b@example.org",
            &long_local,
            &long_label,
        ] {
            let Err(error) = Email::parse(bad) else { panic!("{bad:?} was accepted") };
            assert_eq!((error.pointer.as_str(), error.code), ("/email", "email"), "{bad:?}");
            assert!(bad.len() < 2 || !error.detail.contains(bad), "{bad:?}");
        }
        let endless = format!("a@{}org", "example.".repeat(40));
        assert_eq!(Email::parse(&endless).err().map(|error| error.code), Some("length"));
    }
}
