//! What it takes to register, and what comes of it. Pure: no I/O, no clock.

use insula_domain::isolation::Isolation;
use insula_kit::id::{TenantId, UserId};
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError, line};

use insula_mail::invitation::InvitationToken;

use crate::email::Email;
use crate::password::Password;

const NAME_LENGTH: (usize, usize) = (1, 100);

/// The plan of a tenant that nobody has paid for.
pub const FIRST_PLAN: &str = "free";
/// The state of a tenant whose calls are let in.
pub const FIRST_STATE: &str = "active";

/// Input that has passed every check that needs nothing but the input.
pub struct Registration {
    pub email: Email,
    pub password: Password,
    pub name: Option<String>,
    pub tenant_name: Option<String>,
    /// What proves that a tenant has invited the address.
    pub invitation: Option<InvitationToken>,
}

/// A person.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub email: Email,
    pub name: Option<String>,
    /// Whether it is known that the person reads the mail of its address.
    pub email_verified: bool,
    pub created_at: Timestamp,
}

/// A tenant that a person made by registering, on the first plan and active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTenant {
    pub id: TenantId,
    pub name: String,
    /// How its product data is kept apart.
    pub isolation: Isolation,
    pub created_at: Timestamp,
}

impl Registration {
    /// Reads a registration, and reports every bad field at once.
    pub fn parse(
        email: &str,
        password: &str,
        name: Option<&str>,
        tenant_name: Option<&str>,
        invitation: Option<String>,
    ) -> Result<Self, Vec<FieldError>> {
        let (min, max) = NAME_LENGTH;
        let mut errors = Errors::default();
        let email = errors.keep(Email::parse(email));
        let password = errors.keep(Password::parse(password));
        let name = name.and_then(|name| errors.keep(line("name", name, min, max)));
        let known = [email.as_ref().map_or("", Email::as_str), name.as_deref().unwrap_or_default()];
        let password = password.and_then(|password| errors.keep(password.unlike("password", &known)));
        let tenant_name = tenant_name.and_then(|name| errors.keep(line("tenant_name", name, min, max)));
        if tenant_name.is_some() && invitation.is_some() {
            errors.add(FieldError::new(
                "invitation",
                "excluded",
                "must be absent where `tenant_name` is given",
            ));
        }
        let invitation = invitation.map(InvitationToken::presented);
        let read = email.zip(password);
        errors.finish(read.map(|(email, password)| Self { email, password, name, tenant_name, invitation }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(email: &str, name: Option<&str>, tenant: Option<&str>) -> Result<Registration, Vec<FieldError>> {
        Registration::parse(email, "correct horse", name, tenant, None)
    }

    #[test]
    fn every_bad_field_is_reported_at_once() {
        let errors = Registration::parse("ada", "short", Some(""), Some("a\nb"), None).err().unwrap();
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/email", "/password", "/name", "/tenant_name"]);
    }

    #[test]
    fn a_password_that_is_the_persons_own_name_and_address_is_refused() {
        let read =
            Registration::parse("ada@example.org", "ada.lovelace@example", Some("Ada Lovelace"), None, None);
        let errors = read.err().unwrap();
        assert_eq!((errors[0].pointer.as_str(), errors[0].code), ("/password", "too_common"));
    }

    #[test]
    fn a_bad_name_alone_refuses_the_registration() {
        assert!(parse("ada@example.org", Some(" "), None).is_err());
        assert!(parse("ada@example.org", None, Some(&"x".repeat(101))).is_err());
    }

    #[test]
    fn names_are_optional_and_trimmed() {
        let bare = parse("ada@example.org", None, None).ok().unwrap();
        assert_eq!((bare.name, bare.tenant_name), (None, None));
        let full = parse("ada@example.org", Some(" Ada "), Some(" Acme ")).ok().unwrap();
        assert_eq!((full.name.as_deref(), full.tenant_name.as_deref()), (Some("Ada"), Some("Acme")));
    }
}
