//! The audit log: what an operation appends to it, in the batch of what it changes.
//!
//! An operation pushes [`Cx::audit`] of one [`Event`] to the end of its batch, and so there is neither a change without its
//! entry nor an entry without its change. Who did it and when is known of the call. What would tell who somebody is, the
//! address that a call came from for one, is sealed under a key of that person's own, which erasing the person destroys.

use std::collections::BTreeMap;
use std::fmt::Display;

use insula_audit::entry::{Actor, Entry, PLATFORM, Personal, VERSION};
use insula_domain::action::Action;

use crate::cx::Cx;
use crate::guard::Caller;
use crate::id::{AuditEntryId, TenantId, UserId};
use crate::problem::{INTERNAL, Problem};
use crate::schema::Failure;
use crate::seal;
use crate::sql::{self, Append, Rows, Scope, Statement};
use crate::time::Timestamp;

/// How much of a fact is kept: what a client sends must not make the log grow at will.
const FACT_LIMIT: usize = 200;

/// What was done.
#[derive(Clone, Debug)]
pub struct Event {
    action: Action,
    log: Option<TenantId>,
    actor: Option<UserId>,
    is_new: bool,
    is_systems: bool,
    about: Option<UserId>,
    facts: BTreeMap<&'static str, String>,
    personal: BTreeMap<&'static str, String>,
}

impl Event {
    /// Something that was done by the caller, for the log of the tenant that the call is about. What is about an account, or
    /// done in no tenant, is for the platform's log.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            log: None,
            actor: None,
            is_new: false,
            is_systems: false,
            about: None,
            facts: BTreeMap::new(),
            personal: BTreeMap::new(),
        }
    }

    /// For the log of this tenant.
    #[must_use]
    pub fn in_tenant(self, tenant_id: TenantId) -> Self {
        Self { log: Some(tenant_id), ..self }
    }

    /// Done by a person who was not known as the caller yet: one who logs in, or holds a token.
    #[must_use]
    pub fn by(self, user_id: UserId) -> Self {
        Self { actor: Some(user_id), ..self }
    }

    /// Done by a person whom the same batch makes. Nothing personal is kept of it: were the batch refused, a key without a
    /// person would be left.
    #[must_use]
    pub fn by_new(self, user_id: UserId) -> Self {
        Self { actor: Some(user_id), is_new: true, ..self }
    }

    /// Done by the system itself, whoever's call it happened to be.
    #[must_use]
    pub fn by_system(self) -> Self {
        Self { is_systems: true, ..self }
    }

    /// What it was done to, or how: an id, a word or a number, never what tells who somebody is.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Display) -> Self {
        self.facts.insert(name, cut(value.to_string()));
        self
    }

    /// What tells who the person is that did it.
    #[must_use]
    pub fn personal(mut self, name: &'static str, value: impl Display) -> Self {
        self.personal.insert(name, cut(value.to_string()));
        self
    }

    /// Why the operator did it to this person, in its own words. They may name people, so they are kept under that
    /// person's key. They are kept whole: the operation bounds them.
    #[must_use]
    pub fn because(mut self, subject: UserId, reason: &str) -> Self {
        self.about = Some(subject);
        self.personal.insert("reason", reason.to_owned());
        self
    }

    fn write(
        self,
        id: AuditEntryId,
        at: Timestamp,
        actor: Actor,
        personal: Option<Personal>,
    ) -> Option<Append> {
        let log = self.log.map_or_else(|| PLATFORM.to_owned(), |tenant_id| tenant_id.to_string());
        let entry = Entry {
            action: self.action.as_str().to_owned(),
            actor,
            at: at.to_rfc3339_ms(),
            facts: self.facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            id: id.to_string(),
            personal,
            tenant_id: log.clone(),
            v: VERSION,
        };
        let written = entry.write()?;
        Some(Append { log, entry: written.text, action: self.action.as_str(), actor_id: entry.actor.id, at })
    }
}

impl Cx {
    /// What appends to the audit log that this was done. It belongs at the end of the batch that does it.
    ///
    /// # Errors
    ///
    /// `master-key-unusable` without a master key, and failures of the database.
    pub async fn audit(&self, event: Event) -> Result<Statement, Problem> {
        let unwritable = || Problem::new(&INTERNAL).caused_by(sql::Error::Decode("entry".to_owned()));
        let mut event = event;
        if event.log.is_none() && !event.action.is_beyond_tenants() {
            event.log = self.membership().map(|membership| membership.tenant_id);
        }
        let (actor, subject) = if event.is_systems {
            (Actor { kind: "system".to_owned(), id: None }, None)
        } else {
            self.actor(event.actor)
        };
        // A component that is given no master key can seal nothing, so what it notes tells no address.
        if let Some(client) = self.client().filter(|_| subject.is_some() && self.master_keys().is_ok()) {
            event = event.personal("address", client);
        }
        if let (Caller::Impersonator { user_id, session_id }, false) = (self.caller(), event.is_systems) {
            event = event.fact("on_behalf_of", user_id).fact("session_id", session_id);
        }
        let subject = subject.or(event.about);
        let personal = match subject {
            Some(subject_id) if !event.personal.is_empty() && !event.is_new => {
                let text = serde_json::to_string(&event.personal).map_err(|_| unwritable())?;
                let key = self.subject_key(subject_id).await?;
                let sealed = seal::seal(&key, PERSONAL, self.random()?, &text).ok_or_else(unwritable)?;
                Some(Personal { sealed, subject_id: subject_id.to_string() })
            }
            // Whom nobody knows, nobody could erase.
            Some(_) | None => None,
        };
        let append = event.write(self.new_id()?, self.now(), actor, personal).ok_or_else(unwritable)?;
        Ok(Statement::append(append))
    }

    /// Makes one change, and appends to the audit log that it was made. None when the statement returned no row: then
    /// nothing was changed and nothing appended.
    ///
    /// # Errors
    ///
    /// As [`Self::audit`] and [`Self::batch`].
    pub async fn change(
        &self,
        scope: Scope,
        statement: Statement,
        event: Event,
    ) -> Result<Option<Rows>, Problem> {
        let statements = vec![statement.must(), self.audit(event).await?];
        match self.batch(scope, statements).await {
            Ok(mut results) => Ok(Some(results.swap_remove(0))),
            Err(Failure::Database(sql::Error::Refused(0))) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Who did it, and whom what is personal is about.
    fn actor(&self, known: Option<UserId>) -> (Actor, Option<UserId>) {
        let actor = |kind: &str, id: Option<String>| Actor { kind: kind.to_owned(), id };
        match (known, self.caller()) {
            // The entry says besides as whom.
            (_, Caller::Impersonator { .. }) => (actor("operator", None), None),
            (Some(user_id), _) | (None, Caller::Person { user_id, .. }) => {
                (actor("person", Some(user_id.to_string())), Some(user_id))
            }
            (None, Caller::ApiKey { key_id, creator_id, .. }) => {
                (actor("api_key", Some(key_id.to_string())), Some(creator_id))
            }
            (None, Caller::Operator) => (actor("operator", None), None),
            (None, Caller::Anonymous) => (actor("anonymous", None), None),
        }
    }
}

/// What the personal part of an entry is sealed for, under the key of its subject.
const PERSONAL: &str = "audit entry";

/// Opens the personal part of an entry with the key of its subject.
#[must_use]
pub fn open_personal(subject_key: &str, sealed: &str) -> Option<BTreeMap<String, String>> {
    seal::open(subject_key, PERSONAL, sealed).and_then(|text| serde_json::from_str(&text).ok())
}

fn cut(mut text: String) -> String {
    if text.len() > FACT_LIMIT {
        let end = (0..=FACT_LIMIT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_who_did_what_and_is_found_by_it() {
        let (tenant_id, user_id) =
            (TenantId::new(Timestamp::from_ms(0), [1; 10]), UserId::new(Timestamp::from_ms(0), [2; 10]));
        let id = AuditEntryId::new(Timestamp::from_ms(0), [3; 10]);
        let event = Event::new(Action::MemberRoleChanged).in_tenant(tenant_id).fact("role", "admin");
        let actor = Actor { kind: "person".to_owned(), id: Some(user_id.to_string()) };
        let append = event.write(id, Timestamp::from_ms(1_893_456_000_000), actor, None).unwrap();
        assert_eq!(
            (append.log.as_str(), append.action),
            (tenant_id.to_string().as_str(), "member.role_changed")
        );
        assert_eq!(append.actor_id, Some(user_id.to_string()));
        let expected = format!(
            "{{\"action\":\"member.role_changed\",\"actor\":{{\"id\":\"{user_id}\",\"kind\":\"person\"}},\
             \"at\":\"2030-01-01T00:00:00.000Z\",\"facts\":{{\"role\":\"admin\"}},\"id\":\"{id}\",\
             \"tenant_id\":\"{tenant_id}\",\"v\":1}}"
        );
        assert_eq!(append.entry, expected);
    }

    #[test]
    fn what_a_client_sends_does_not_make_an_entry_long() {
        assert_eq!(cut("ä".repeat(500)).len(), FACT_LIMIT);
        assert_eq!(cut(format!("a{}", "ä".repeat(500))).len(), FACT_LIMIT - 1);
        assert_eq!(cut("short".to_owned()), "short");
    }

    #[test]
    fn what_is_personal_is_opened_with_its_subjects_key_only() {
        let text = r#"{"address":"192.0.2.1"}"#;
        let sealed = seal::seal("key", PERSONAL, [7; 12], text).unwrap();
        assert_eq!(open_personal("key", &sealed).unwrap()["address"], "192.0.2.1");
        assert_eq!(open_personal("other", &sealed), None);
        assert!(!sealed.contains("192"));
    }
}
