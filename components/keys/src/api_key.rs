//! What an API key is, and the rules that a new one obeys. Pure: no I/O, no clock.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::credential;
use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_domain::scope::Scope;
use insula_kit::id::{KeyId, UserId};
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError, line};

/// The most keys of a tenant that are not revoked.
pub const UNREVOKED_LIMIT: i64 = 1_000;

const DAY_MS: i64 = 86_400_000;
const DAYS: std::ops::RangeInclusive<i64> = 1..=3_650;

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub created_by: UserId,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// Whether it says `live` or `test`; a word for people, both open the same doors.
    pub live: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// What may be shown of its text.
    pub fn prefix(&self) -> String {
        credential::prefix(self.live, &self.id.suffix())
    }
}

/// The text of a key. It can be put into the one answer that shows it, and into a digest; it can't be printed.
pub struct Secret(String);

impl Secret {
    /// The text of the key with that id.
    pub fn new(live: bool, id: KeyId, random: [u8; 32]) -> Self {
        Self(credential::api_key(live, &id.suffix(), &URL_SAFE_NO_PAD.encode(random)))
    }

    /// What is stored of it.
    pub fn digest(&self) -> String {
        credential::digest(&self.0)
    }

    /// The text, for its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Input that has passed every check that needs nothing but the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_in_days: Option<i64>,
    pub live: bool,
}

impl NewKey {
    /// Reads what a key shall be, and reports every bad field at once.
    pub fn parse(
        name: &str,
        scopes: &[String],
        expires_in_days: Option<i64>,
        live: bool,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors::default();
        let name = errors.keep(line("name", name, 1, 100));
        let scopes = parse_scopes(scopes, &mut errors);
        if expires_in_days.is_some_and(|days| !DAYS.contains(&days)) {
            errors.add(FieldError::new("expires_in_days", "range", "must be a whole number from 1 to 3650"));
        }
        errors.finish(name.map(|name| Self { name, scopes, expires_in_days, live }))
    }

    /// When a key made at `now` ends; none never ends.
    pub fn expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.expires_in_days.map(|days| now.plus_ms(days * DAY_MS))
    }

    /// The scopes that the caller can't give away. A scope must grant something to the creator's role; and a caller
    /// that is itself a key gives away nothing that it may not do itself, so that a key can't make a mightier one.
    pub fn excess(&self, role: Role, permissions: &[Permission]) -> Vec<FieldError> {
        let check = |(at, scope): (usize, &Scope)| {
            let granted = || scope.permissions().iter().filter(|permission| role.allows(**permission));
            if granted().next().is_none() {
                Some(at_scope(at, "exceeds-role", "grants nothing that its creator's role allows"))
            } else if granted().any(|permission| !permissions.contains(permission)) {
                Some(at_scope(at, "exceeds-key", "grants more than the calling key may do"))
            } else {
                None
            }
        };
        self.scopes.iter().enumerate().filter_map(check).collect()
    }
}

fn parse_scopes(names: &[String], errors: &mut Errors) -> Vec<Scope> {
    let mut scopes = Vec::new();
    if names.is_empty() || names.len() > Scope::ALL.len() {
        let most = Scope::ALL.len();
        errors.add(FieldError::new("scopes", "length", format!("must name 1 to {most} scopes")));
        return scopes;
    }
    for (at, name) in names.iter().enumerate() {
        match Scope::parse(name) {
            None => errors.add(at_scope(at, "scope", "is not a scope")),
            Some(scope) if scopes.contains(&scope) => {
                errors.add(at_scope(at, "repeated", "may be given once"));
            }
            Some(scope) => scopes.push(scope),
        }
    }
    scopes
}

fn at_scope(at: usize, code: &'static str, detail: &str) -> FieldError {
    FieldError::new(&format!("scopes/{at}"), code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_domain::credential::Presented;
    use insula_domain::scope::effective;

    fn parse(name: &str, scopes: &[&str], days: Option<i64>) -> Result<NewKey, Vec<FieldError>> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        NewKey::parse(name, &scopes, days, true)
    }

    fn places(errors: &[FieldError]) -> Vec<(&str, &str)> {
        errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect()
    }

    #[test]
    fn every_bad_field_is_reported_at_once() {
        let errors = parse("", &["read", "root", "read"], Some(3_651)).unwrap_err();
        let expected = [
            ("/name", "length"),
            ("/scopes/1", "scope"),
            ("/scopes/2", "repeated"),
            ("/expires_in_days", "range"),
        ];
        assert_eq!(places(&errors), expected);
        assert_eq!(places(&parse("n", &[], Some(0)).unwrap_err())[0], ("/scopes", "length"));
        assert_eq!(places(&parse("n", &["read"; 9], None).unwrap_err()), [("/scopes", "length")]);
    }

    #[test]
    fn a_key_ends_after_whole_days_or_never() {
        let now = Timestamp::from_ms(7);
        let ends = |days| parse("n", &["read"], days).unwrap().expires_at(now).map(Timestamp::as_ms);
        assert_eq!(ends(Some(1)), Some(86_400_007));
        assert_eq!(ends(Some(3_650)), Some(315_360_000_007));
        assert_eq!(ends(None), None);
    }

    #[test]
    fn a_person_gives_away_only_scopes_that_mean_something_to_its_role() {
        let key = parse("n", &["read", "billing", "write"], None).unwrap();
        let excess = |role: Role| {
            let errors = key.excess(role, role.permissions());
            errors.into_iter().map(|error| (error.pointer, error.code)).collect::<Vec<_>>()
        };
        assert_eq!(excess(Role::Owner), []);
        assert_eq!(excess(Role::Admin), [("/scopes/1".to_owned(), "exceeds-role")]);
    }

    #[test]
    fn a_key_can_not_make_a_mightier_one() {
        let permissions = effective(Role::Owner, Some(&[Scope::Admin, Scope::Analyze]));
        let key = parse("n", &["admin", "analyze", "write", "billing"], None).unwrap();
        let errors = key.excess(Role::Owner, &permissions);
        assert_eq!(places(&errors), [("/scopes/2", "exceeds-key"), ("/scopes/3", "exceeds-key")]);
    }

    #[test]
    fn the_text_of_a_key_is_recognised_and_starts_with_what_is_shown_of_it() {
        let id = KeyId::new(Timestamp::from_ms(1), [1; 10]);
        let secret = Secret::new(true, id, [255; 32]);
        let suffix = id.suffix();
        assert_eq!(Presented::parse(secret.reveal()), Some(Presented::ApiKey { id_suffix: &suffix }));
        assert!(secret.reveal().starts_with(&credential::prefix(true, &suffix)));
        assert_eq!(secret.digest(), credential::digest(secret.reveal()));
    }
}
