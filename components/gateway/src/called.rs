//! Calls that may change something, for the tenant's audit log: each is an entry before the workload has it, so that nothing
//! changes there of which the log knows nothing, whatever the workload tells and wherever the server is stopped.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

/// The longest segment of a path that is kept as it is: ids are shorter, and most secrets that somebody puts there are longer.
const LONGEST: usize = 40;
/// How much of a long path is kept of its beginning, and of its end: together what a fact holds.
const HALF: usize = 98;

/// Notes a call of that method, a [word], to a [plain] path.
///
/// # Errors
///
/// What can't be noted isn't handed on.
pub async fn note(cx: &Cx, method: &str, path: &str) -> Result<(), Problem> {
    let tenant_id = cx.tenant_id()?;
    let event = Event::new(Action::WorkloadCalled).in_tenant(tenant_id);
    let event = event.fact("method", method).fact("path", path);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    Ok(())
}

/// A word of the caller's as the log may keep it for ever; `…` for what is none.
#[must_use]
pub fn word(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-~:".contains(&byte);
    if text.len() <= LONGEST && text.bytes().all(plain) { text } else { "…" }
}

/// A path as the log may keep it for ever: names and ids of the workload's stay, and `…` stands for a segment that is no [word],
/// as an address of mail, a name with spaces, what is encoded or is long, and for the middle of a path that is long.
/// Segments that name nothing are left out, so that nobody hides behind them what was called.
#[must_use]
pub fn plain(path: &str) -> String {
    let named = path.split('/').filter(|segment| !matches!(*segment, "" | "."));
    let plain: String = named.flat_map(|segment| ["/", word(segment)]).collect();
    if plain.len() <= 2 * HALF {
        return plain;
    }
    let (mut head, mut tail) = (HALF, plain.len() - HALF);
    while !plain.is_char_boundary(head) {
        head -= 1;
    }
    while !plain.is_char_boundary(tail) {
        tail += 1;
    }
    format!("{}…{}", &plain[..head], &plain[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_what_it_names_and_nothing_that_people_write() {
        for same in ["", "/word-count", "/v1/customers/cus_01h4.5~x:archive", "/../a"] {
            assert_eq!(plain(same), same);
        }
        assert_eq!(plain("/a//./b/"), "/a/b");
        assert_eq!(plain("/people/ada@example.com/notes"), "/people/…/notes");
        assert_eq!(plain("/people/Ada%20Lovelace"), "/people/…");
        assert_eq!(plain("/people/Ada Lovelace/\u{e9}"), "/people/…/…");
        assert_eq!(
            plain(&format!("/{}/{}", "a".repeat(40), "a".repeat(41))),
            format!("/{}/…", "a".repeat(40))
        );
    }

    #[test]
    fn a_long_path_keeps_its_beginning_and_its_end() {
        for (between, many) in [("/long", 1_000), ("/%20", 1_000), ("//.", 50_000)] {
            let path = plain(&format!("/workload{}/customers/cus_1", between.repeat(many)));
            assert!(path.len() <= 200, "{path}");
            assert!(path.starts_with("/workload/") && path.ends_with("/customers/cus_1"), "{path}");
        }
    }
}
