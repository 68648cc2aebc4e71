//! Entries as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::service::list::{Opened, Shown};

/// One thing that was done, or tried.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    /// Its place in the log, counted from 0.
    #[schema(example = 12, minimum = 0)]
    seq: u64,
    /// Its id.
    #[schema(example = "aud_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// When it was done.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.000Z")]
    at: String,
    /// What was done.
    #[schema(example = "member.role_changed")]
    action: String,
    /// Who did it.
    actor: ActorView,
    /// What it was done to, and how.
    facts: BTreeMap<String, String>,
    /// What tells who somebody is; null where nothing of it was recorded.
    #[schema(required)]
    personal: Option<PersonalView>,
    /// The link of the chain: SHA-256, in hexadecimal, over the link before, the place, and the entry.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    link: String,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct ActorView {
    /// `person`, `api_key`, `operator`, `system` or `anonymous`.
    #[schema(example = "person")]
    kind: String,
    /// Its id; null for those that have none.
    #[schema(required, example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: Option<String>,
}

/// What tells who somebody is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditPersonal)]
struct PersonalView {
    /// Whom it is about.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    subject_id: String,
    /// `shown`; `withheld`: not for this caller; `erased`: nobody can read it any more, because the person was erased;
    /// `unreadable`: it was changed after it was recorded.
    #[schema(example = "shown")]
    state: &'static str,
    /// What it says, if it is shown.
    #[schema(required)]
    values: Option<BTreeMap<String, String>>,
}

impl From<Shown> for EntryView {
    fn from(shown: Shown) -> Self {
        let Shown { seq, link, entry, opened } = shown;
        let personal = entry.personal.map(|personal| {
            let (state, values) = match opened {
                Opened::Shown(values) => ("shown", Some(values)),
                Opened::Withheld => ("withheld", None),
                Opened::Erased => ("erased", None),
                Opened::Unreadable => ("unreadable", None),
            };
            PersonalView { subject_id: personal.subject_id, state, values }
        });
        Self {
            seq,
            id: entry.id,
            at: entry.at,
            action: entry.action,
            actor: ActorView { kind: entry.actor.kind, id: entry.actor.id },
            facts: entry.facts,
            personal,
            link,
        }
    }
}
