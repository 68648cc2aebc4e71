//! Commands that are refused, by name: what they do lasts on a connection, or keeps it from everybody else.

use crate::interfaces::bindings::spin::redis::redis::RedisParameter;

/// What stays on a connection, which is that of the next request too.
const LASTING: [&str; 16] = [
    "ASKING",
    "AUTH",
    "CLIENT",
    "DISCARD",
    "EXEC",
    "HELLO",
    "MONITOR",
    "MULTI",
    "QUIT",
    "READONLY",
    "READWRITE",
    "RESET",
    "SELECT",
    "SYNC",
    "UNWATCH",
    "WATCH",
];
/// What waits for something to happen, and all that is asked later with it.
const WAITING: [&str; 11] = [
    "BLMOVE",
    "BLMPOP",
    "BLPOP",
    "BRPOP",
    "BRPOPLPUSH",
    "BZMPOP",
    "BZPOPMAX",
    "BZPOPMIN",
    "PSYNC",
    "WAIT",
    "WAITAOF",
];

/// Why a command is refused; none for one that isn't.
pub(super) fn refused(command: &str, arguments: &[RedisParameter]) -> Option<String> {
    let name = command.trim().to_ascii_uppercase();
    let blocks = |argument: &RedisParameter| matches!(argument, RedisParameter::Binary(bytes) if bytes.eq_ignore_ascii_case(b"block"));
    let lasts = LASTING.contains(&name.as_str()) || name.ends_with("SUBSCRIBE");
    let waits = WAITING.contains(&name.as_str())
        || matches!(name.as_str(), "XREAD" | "XREADGROUP") && arguments.iter().any(blocks);
    match (lasts, waits) {
        (true, _) => {
            Some(format!("the embedded host refuses {name}: it lasts, and the connection is shared"))
        }
        (_, true) => {
            Some(format!("the embedded host refuses {name}: it waits, and the connection is shared"))
        }
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects a component from what another one did on the same connection, or waits for.
    #[test]
    fn what_would_last_or_wait_on_the_shared_connection_is_refused_by_name() {
        let block = [RedisParameter::Binary(b"Block".to_vec()), RedisParameter::Int64(0)];
        for name in ["SELECT", "select", "Client", "MULTI", "SUBSCRIBE", "punsubscribe", "BLPOP", "wait"] {
            let said = refused(name, &[]).unwrap();
            assert!(said.contains(&name.to_ascii_uppercase()), "{said}");
        }
        assert!(refused("xread", &block).is_some());
        for name in ["XREAD", "EVAL", "GET", "LPOP", "PUBLISH"] {
            assert_eq!(refused(name, &[]), None, "{name}");
        }
        assert_eq!(refused("EVAL", &block), None);
    }
}
