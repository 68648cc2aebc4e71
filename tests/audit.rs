//! The audit log: what is in it, that it is whole, and that nobody can change it.

mod acting;
mod entries;
mod kept;
mod networks;
mod notes;
mod reads;
mod writers;

use insula_audit::chain::Head;
use insula_audit::entry::{Entry, is_canonical};
use insula_audit::hash::Hash;
use insula_tests::support::App;

/// The entries of a log, after seeing that they are chained without a gap and end where the log says that it does.
#[track_caller]
fn log(app: &App, tenant_id: &str) -> Vec<Entry> {
    let of = format!("where tenant_id = '{tenant_id}'");
    let rows = app.db().rows(&format!(
        "select seq, entry, link, action, coalesce(actor_id, '') from audit_entry {of} order by seq"
    ));
    let mut head = Head::EMPTY;
    let mut entries = Vec::new();
    for row in &rows {
        assert_eq!(row[0], head.size.to_string(), "{rows:?}");
        assert!(is_canonical(row[1].as_bytes()), "{}", row[1]);
        head = head.after(Hash::leaf(row[1].as_bytes()));
        assert_eq!(row[2], head.link.to_string(), "entry {}", row[0]);
        let entry: Entry = serde_json::from_str(&row[1]).unwrap();
        assert_eq!((&entry.action, &entry.actor.id.clone().unwrap_or_default()), (&row[3], &row[4]));
        assert_eq!(entry.tenant_id, tenant_id);
        entries.push(entry);
    }
    let ends = app.db().rows(&format!("select size, link from audit_head {of}"));
    let expected = (head.size > 0).then(|| vec![head.size.to_string(), head.link.to_string()]);
    assert_eq!(ends, expected.into_iter().collect::<Vec<_>>());
    entries
}

/// What was done, by the entries of a log.
fn actions(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}
