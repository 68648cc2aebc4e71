//! Mail, as the operator sees it: delivered by the tick, and read in the mailbox.

use serde_json::Value;

use super::app::App;

impl App {
    /// Delivers what is due, and returns what came of it.
    #[track_caller]
    pub fn deliver_mail(&self) -> Value {
        self.operator().request("POST", "/internal/tick").send().expect(200).json()["mail"].take()
    }

    /// Delivers what is due, and returns every mail of that template to that address, newest first.
    #[track_caller]
    #[must_use]
    pub fn mails(&self, template: &str, to: &str) -> Vec<Value> {
        let _ = self.deliver_mail();
        let page = self.operator().get("/internal/mailbox?limit=200").send().expect(200).json();
        let all = page["items"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|mail| mail["template"] == template && mail["to"] == to).collect()
    }

    /// Delivers what is due, and returns the code of the newest mail of that template to that address.
    #[track_caller]
    #[must_use]
    pub fn code(&self, template: &str, to: &str) -> String {
        let mails = self.mails(template, to);
        let text = mails.first().and_then(|mail| mail["text"].as_str()).unwrap_or_default();
        let code = text.lines().map(str::trim).find(|line| line.starts_with("ins_"));
        code.unwrap_or_else(|| panic!("no code for {to} in {mails:?}")).to_owned()
    }
}
