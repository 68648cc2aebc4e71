//! Calls that may change something, for the tenant's audit log: each is an entry before the workload has it, so that nothing
//! changes there of which the log knows nothing, whatever the workload tells and wherever the server is stopped.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

/// The longest segment of a path that is kept as it is.
const LONGEST: usize = 64;

/// Notes a call of that method, to a [plain](plain) path.
///
/// # Errors
///
/// What can't be noted isn't handed on.
pub async fn note(cx: &Cx, method: &str, path: &str) -> Result<(), Problem> {
    let Some(tenant_id) = cx.membership().map(|membership| membership.tenant_id) else { return Ok(()) };
    let event = Event::new(Action::WorkloadCalled).in_tenant(tenant_id);
    let event = event.fact("method", method).fact("path", path);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    Ok(())
}

/// A path as the log may keep it for ever: names and ids of the workload's stay, and `…` stands for a segment that is anything
/// else, as an address of mail, a name with spaces, or what is encoded.
#[must_use]
pub fn plain(path: &str) -> String {
    let kept = |segment: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-~:".contains(&byte);
        segment.len() <= LONGEST && segment.bytes().all(plain)
    };
    path.split('/').map(|segment| if kept(segment) { segment } else { "…" }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_what_it_names_and_nothing_that_people_write() {
        for same in ["", "/", "/word-count", "/v1/customers/cus_01h4.5~x:archive", "/a//b/"] {
            assert_eq!(plain(same), same);
        }
        assert_eq!(plain("/people/ada@example.com/notes"), "/people/…/notes");
        assert_eq!(plain("/people/Ada%20Lovelace"), "/people/…");
        assert_eq!(plain("/people/Ada Lovelace/\u{e9}"), "/people/…/…");
        assert_eq!(
            plain(&format!("/{}/{}", "a".repeat(64), "a".repeat(65))),
            format!("/{}/…", "a".repeat(64))
        );
    }
}
