//! What an entry says, and its canonical bytes.
//!
//! An entry names things by their ids. What would tell who somebody is, an address for example, stands in it only sealed,
//! under a key of that person's own: when the key is destroyed the text is gone, and the entry, the chain and the tree are
//! what they were.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// The log of what belongs to no tenant.
pub const PLATFORM: &str = "platform";
/// The form of entries that this release writes.
pub const VERSION: u32 = 1;

/// One thing that was done, or tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What was done: a word of the table of actions.
    pub action: String,
    /// Who did it.
    pub actor: Actor,
    /// When, RFC 3339 in UTC with milliseconds.
    pub at: String,
    /// What it was done to, and how: ids, words and numbers, never who somebody is. When the operator did it as a person,
    /// `on_behalf_of` says as whom, and `session_id` since which entry `operator.impersonated`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// The entry's own id.
    pub id: String,
    /// What would tell who somebody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<Personal>,
    /// The log that it is in: a tenant's, or [`PLATFORM`].
    pub tenant_id: String,
    /// [`VERSION`].
    pub v: u32,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Its id; none for the operator, for the system and for a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `person`, `api_key`, `operator`, `system` or `anonymous`.
    pub kind: String,
}

/// Text that only the key of its subject opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    /// The text, sealed.
    pub sealed: String,
    /// Whose it is.
    pub subject_id: String,
}

/// An entry as it is kept: the bytes that are hashed, and their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Canonical JSON.
    pub text: String,
    /// The leaf of the tree.
    pub leaf: Hash,
}

impl Entry {
    /// The entry as it is kept. None can't be: an entry holds nothing that JSON has no words for.
    #[must_use]
    pub fn write(&self) -> Option<Written> {
        let text = serde_json_canonicalizer::to_string(self).ok()?;
        let leaf = Hash::leaf(text.as_bytes());
        Some(Written { text, leaf })
    }
}

/// Whether the bytes are canonical JSON (RFC 8785): written again they are the same.
#[must_use]
pub fn is_canonical(bytes: &[u8]) -> bool {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    value.is_ok_and(|value| serde_json_canonicalizer::to_vec(&value).is_ok_and(|again| again == bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An entry of the log of a tenant, the `number`th.
    pub(crate) fn sample(number: u64) -> Entry {
        Entry {
            action: "member.role_changed".to_owned(),
            actor: Actor { kind: "person".to_owned(), id: Some("usr_01h455vb4pex5vsknk084sn02q".to_owned()) },
            at: format!("2030-01-01T00:{:02}:{:02}.{:03}Z", number / 60 % 60, number % 60, number % 1000),
            facts: [("role".to_owned(), "admin".to_owned())].into(),
            id: format!("aud_{number:026}"),
            personal: Some(Personal {
                subject_id: "usr_01h455vb4pex5vsknk084sn02q".to_owned(),
                sealed: "AAAA".to_owned(),
            }),
            tenant_id: "ten_01h455vb4pex5vsknk084sn02q".to_owned(),
            v: VERSION,
        }
    }

    #[test]
    fn an_entry_is_written_in_one_way_and_read_back() {
        let written = sample(7).write().unwrap();
        assert_eq!(
            written.text,
            r#"{"action":"member.role_changed","actor":{"id":"usr_01h455vb4pex5vsknk084sn02q","kind":"person"},"at":"2030-01-01T00:00:07.007Z","facts":{"role":"admin"},"id":"aud_00000000000000000000000007","personal":{"sealed":"AAAA","subject_id":"usr_01h455vb4pex5vsknk084sn02q"},"tenant_id":"ten_01h455vb4pex5vsknk084sn02q","v":1}"#
        );
        assert_eq!(serde_json::from_str::<Entry>(&written.text).unwrap(), sample(7));
    }

    /// RFC 8785, 3.2.2 to 3.2.4: the example of the specification, as far as JSON's own parser keeps its numbers.
    #[test]
    fn the_specifications_example_is_canonical_as_it_says() {
        let given = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        let value: serde_json::Value = serde_json::from_str(given).unwrap();
        assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), expected);
        assert!(is_canonical(expected.as_bytes()) && !is_canonical(given.as_bytes()));
        // 3.2.3: names are sorted by their UTF-16 units.
        let sorted = "{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"ö\":4,\"€\":5,\"\u{1f600}\":6,\"\u{fb33}\":7}";
        assert!(is_canonical(sorted.as_bytes()));
    }

    #[test]
    fn what_says_the_same_in_other_bytes_is_not_canonical() {
        for text in
            [r#"{ "a":1}"#, r#"{"a":1.0}"#, r#"{"b":1,"a":1}"#, r#"{"a":1,"a":1}"#, r#""\u0041""#, "", "{"]
        {
            assert!(!is_canonical(text.as_bytes()), "{text}");
        }
        assert!(is_canonical(br#"{"a":1,"b":"A"}"#));
    }

    proptest! {
        #[test]
        fn whatever_an_entry_says_its_bytes_are_canonical(key in ".*", value in ".*", action in ".*") {
            let entry = Entry { action, facts: [(key, value)].into(), ..sample(1) };
            let text = entry.write().unwrap().text;
            prop_assert!(is_canonical(text.as_bytes()));
            prop_assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        }
    }
}
