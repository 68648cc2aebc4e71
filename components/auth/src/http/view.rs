//! The JSON of a person.

use serde::Serialize;
use utoipa::ToSchema;

use crate::registration::Person;

/// A person.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// Its id.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Its e-mail address, in lower case.
    #[schema(format = Email, example = "ada@example.org")]
    email: String,
    /// What people call it; null if it didn't say.
    #[schema(required, example = "Ada")]
    name: Option<String>,
    /// Whether it is known that the person reads the mail of its address.
    email_verified: bool,
    /// When it registered.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
}

impl From<&Person> for UserView {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            email: person.email.as_str().to_owned(),
            name: person.name.clone(),
            email_verified: person.email_verified,
            created_at: person.created_at.to_rfc3339(),
        }
    }
}
