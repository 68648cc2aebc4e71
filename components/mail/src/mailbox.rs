//! The mailbox of the component `mailer-log`: what it keeps of a mail for the operator to read, sealed.

use insula_kit::id::MailId;
use insula_kit::seal;
use insula_kit::sql::master_keys::MasterKeys;
use serde::{Deserialize, Serialize};

/// A mail as it was delivered. It has no `Debug`, so that it gets into no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which letter it is.
    pub template: String,
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Kept {
    /// Seals it with its id. None when it can't be written.
    #[must_use]
    pub fn seal(&self, master_key: &str, id: MailId, nonce: [u8; 12]) -> Option<String> {
        let text = serde_json::to_string(self).ok()?;
        seal::seal(master_key, &info(id), nonce, &text)
    }

    /// Opens what [`Self::seal`] sealed.
    #[must_use]
    pub fn open(keys: &MasterKeys, id: MailId, sealed: &str) -> Option<Self> {
        seal::open_with(keys, &info(id), sealed).and_then(|text| serde_json::from_str(&text).ok())
    }
}

fn info(id: MailId) -> String {
    format!("mailbox\n{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_kit::time::Timestamp;

    #[test]
    fn a_mail_is_read_with_its_own_id_only() {
        let id = |number| MailId::new(Timestamp::from_ms(0), [number; 10]);
        let text = |text: &str| text.to_owned();
        let kept = Kept { template: text("t"), to: text("ada"), subject: text("s"), text: text("ins_code") };
        let keys = MasterKeys::read(Some("1".repeat(32)), None).unwrap();
        let sealed = kept.seal(keys.current(), id(1), [7; 12]).unwrap();
        assert!(Kept::open(&keys, id(1), &sealed) == Some(kept));
        assert!(Kept::open(&keys, id(2), &sealed).is_none());
        assert!(!sealed.contains("ins_code"));
    }
}
