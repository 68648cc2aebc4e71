//! What a component may not do to a connection, and what makes a connection unfit for the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// How many steps of SQLite's machine pass between two looks at the clock.
const STEPS: i32 = 10_000;
/// No deadline.
const NEVER: u64 = u64::MAX;

/// Watches one connection for as long as it lives.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    changed: Arc<AtomicBool>,
    epoch: Instant,
    deadline_micros: Arc<AtomicU64>,
}

impl Guard {
    /// Sets up a connection whose own settings are made.
    pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<Self> {
        let guard = Self {
            changed: Arc::default(),
            epoch: Instant::now(),
            deadline_micros: Arc::new(AtomicU64::new(NEVER)),
        };
        let changed = guard.changed.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| authorize(&context, &changed)))?;
        let (epoch, deadline) = (guard.epoch, guard.deadline_micros.clone());
        connection.progress_handler(
            STEPS,
            Some(move || {
                let deadline = deadline.load(Ordering::Relaxed);
                deadline != NEVER && epoch.elapsed() > Duration::from_micros(deadline)
            }),
        )?;
        Ok(guard)
    }

    /// Statements are interrupted from then on.
    pub(super) fn set_deadline(&self, deadline: Option<Instant>) {
        let micros = deadline.map_or(NEVER, |deadline| {
            u64::try_from(deadline.duration_since(self.epoch).as_micros()).unwrap_or(NEVER)
        });
        self.deadline_micros.store(micros, Ordering::Relaxed);
    }

    /// Whether something was changed that the next user of the connection would notice.
    pub(super) fn changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is what databases are for")]
fn authorize(context: &AuthContext<'_>, changed: &AtomicBool) -> Authorization {
    match context.action {
        // `VACUUM` attaches a nameless file; any name would be a file of the host.
        AuthAction::Attach { filename: "" } => Authorization::Allow,
        AuthAction::Attach { .. } => Authorization::Deny,
        AuthAction::Function { function_name } if function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Deny
        }
        AuthAction::Pragma { pragma_value: Some(_), .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempIndex { .. } => {
            changed.store(true, Ordering::Relaxed);
            Authorization::Allow
        }
        _ => Authorization::Allow,
    }
}
