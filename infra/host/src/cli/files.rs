//! How many files this process may have open: every connection is one.

/// What is open besides connections: databases and their journals, connections to PostgreSQL, components.
#[cfg(unix)]
const OTHERS: u64 = 1 << 10;

/// Raises what the process may open, as far as the system lets it; says so where that is less than was asked for.
#[cfg(unix)]
pub(super) fn allow(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = OTHERS.saturating_add(connections as u64);
    let now = getrlimit(Resource::Nofile);
    if now.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let possible = now.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum: now.maximum });
    if raised.is_err() || possible < wanted {
        eprintln!(
            "Warning: the system lets this process open {possible} files, too few for {connections} connections: \
             raise `ulimit -n`, or lower --max-connections"
        );
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(super) fn allow(_connections: usize) {}
