//! Letters: the texts of the folder `templates/`, and how their blanks are filled. Plain text, never HTML.
//!
//! A link carries its code in the *fragment*, behind the `#`: a browser keeps that part to itself, so it gets into no
//! server's log, no proxy's, and no `Referer`. In a query string it would be in all of them. The code stands in the
//! letter by itself as well, for whoever doesn't follow links.
//!
//! What people chose (the name of a tenant) is put into texts only, never into a subject, and without control
//! characters, so that it can neither make a header nor look like another paragraph.

use serde::{Deserialize, Serialize};

/// The letters that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// An invitation to join a tenant.
    Invitation,
    /// Tells a person that its password is another one now.
    PasswordChanged,
    /// Brings the code that a forgotten password is replaced with.
    PasswordReset,
    /// Tells a person that somebody tried to register with its address.
    RegistrationAttempt,
    /// Brings the code that proves an address.
    VerifyEmail,
}

/// What a letter says that others of its kind don't, and to whom. It has no `Debug`, so that it gets into no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// The token, if the letter brings one.
    pub code: Option<String>,
    /// The name of the tenant that it is about, if any.
    pub tenant: Option<String>,
}

/// A letter, ready to be delivered.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// One line, the same for all letters of a kind.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Invitation,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::RegistrationAttempt,
        Self::VerifyEmail,
    ];

    /// The name: that of the file, and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::RegistrationAttempt => "registration-attempt",
            Self::VerifyEmail => "verify-email",
        }
    }

    /// The template of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == text)
    }

    /// The file: the subject, an empty line, the text.
    const fn file(self) -> &'static str {
        match self {
            Self::Invitation => include_str!("../templates/invitation.txt"),
            Self::PasswordChanged => include_str!("../templates/password-changed.txt"),
            Self::PasswordReset => include_str!("../templates/password-reset.txt"),
            Self::RegistrationAttempt => include_str!("../templates/registration-attempt.txt"),
            Self::VerifyEmail => include_str!("../templates/verify-email.txt"),
        }
    }

    /// Writes the letter. `public_url` is where clients reach the server.
    #[must_use]
    pub fn write(self, letter: &Letter, public_url: &str) -> Written {
        let (subject, text) = self.file().split_once("\n\n").unwrap_or(("", self.file()));
        let site = public_url.trim_end_matches('/');
        let code = letter.code.as_deref().unwrap_or_default();
        let fill = |name: &str| match name {
            "site" => site.to_owned(),
            "code" => code.to_owned(),
            "link" => format!("{site}/#{}={code}", self.as_str()),
            "tenant" => one_line(letter.tenant.as_deref().unwrap_or_default()),
            _ => String::new(),
        };
        Written { subject: subject.to_owned(), text: filled(text, fill) }
    }
}

/// Replaces each `{name}`, once: what is put in is not looked at again.
fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split('{');
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        result.push_str(&value(name));
        result.push_str(rest);
    }
    result
}

fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://insula.example/";

    fn letter(tenant: &str) -> Letter {
        let (code, tenant) = (Some("ins_test_code".to_owned()), Some(tenant.to_owned()));
        Letter { to: "ada@example.org".to_owned(), code, tenant }
    }

    #[test]
    fn every_letter_has_a_subject_of_one_line_and_all_its_blanks_are_filled() {
        for template in Template::ALL {
            let Written { subject, text } = template.write(&letter("Acme"), URL);
            assert!((1..=78).contains(&subject.len()) && subject.is_ascii(), "{template:?}");
            assert!(!subject.contains(['\n', '\r', '{']) && !text.contains(['{', '}']), "{template:?}");
            assert!(text.ends_with('\n') && text.lines().all(|line| line.len() <= 100), "{template:?}");
            assert_eq!(Template::parse(template.as_str()), Some(template));
        }
    }

    /// Protects the token from the logs of servers and proxies, which hold queries and no fragments.
    #[test]
    fn a_link_holds_its_code_behind_the_hash_only() {
        for template in [Template::Invitation, Template::PasswordReset, Template::VerifyEmail] {
            let text = template.write(&letter("Acme"), URL).text;
            let link = format!("https://insula.example/#{}=ins_test_code", template.as_str());
            assert!(text.contains(&link), "{text}");
            for line in text.lines().filter(|line| line.contains("://") && line.contains("ins_test_code")) {
                assert!(line.find('#') < line.find("ins_test_code") && !line.contains('?'), "{line}");
            }
        }
    }

    /// Protects whoever is invited: a tenant's name is anybody's choice.
    #[test]
    fn a_name_makes_no_line_no_blank_and_no_header() {
        let name = "Acme\r\nBcc: eve@example.org\n\n{code}{link}<b>";
        let Written { subject, text } = Template::Invitation.write(&letter(name), URL);
        assert_eq!(subject, Template::Invitation.write(&letter("Acme"), URL).subject);
        assert!(text.contains("Acme  Bcc: eve@example.org  {code}{link}<b>"), "{text}");
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&text), lines(&Template::Invitation.write(&letter("Acme"), URL).text));
    }
}
