//! What happens: calls after a while, and now and then a change of what they may.

use proptest::prelude::*;

use super::{CLIENTS, DAY_MS, KEYS, ROUTES};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Call(Call),
    /// Eve's tenant is suspended, or active again.
    Suspend(bool),
    /// Ada's tenant has limits of its own, or none any more.
    Custom(bool),
    /// One of the limited keys may do something else.
    Limit {
        key: usize,
        other: bool,
    },
}

/// One call, after some time.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub wait: Wait,
    pub caller: usize,
    pub route: usize,
    pub client: usize,
}

#[derive(Clone, Copy, Debug)]
pub enum Wait {
    Ms(i64),
    /// Until so long before or after the end of the day.
    Midnight(i64),
}

impl Wait {
    pub fn ms(self, now_ms: i64) -> i64 {
        match self {
            Self::Ms(ms) => ms,
            Self::Midnight(offset_ms) => (DAY_MS - now_ms.rem_euclid(DAY_MS) + offset_ms).max(0),
        }
    }
}

/// Any sequence of it.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Short waits empty buckets, and a day must be long enough for its quota.
    let wait = prop_oneof![
        // Many come at once: only so is the plan's limit met before the quota is.
        20 => Just(Wait::Ms(0)),
        20 => (0..300_i64).prop_map(Wait::Ms),
        10 => (0..3_000_i64).prop_map(Wait::Ms),
        5 => (0..20_000_i64).prop_map(Wait::Ms),
        1 => Just(Wait::Ms(DAY_MS / 2)),
        1 => (-2..=2_i64).prop_map(Wait::Midnight),
    ];
    let client = prop_oneof![3 => Just(1_usize), 1 => 0..CLIENTS.len()];
    // The first is the one that is metered.
    let route = prop_oneof![2 => Just(0_usize), 3 => 0..ROUTES.len()];
    let call = (wait, 0..15_usize, route, client);
    let call =
        call.prop_map(|(wait, caller, route, client)| Step::Call(Call { wait, caller, route, client }));
    let suspend = any::<bool>().prop_map(Step::Suspend);
    let limit = (0..KEYS.len(), any::<bool>()).prop_map(|(key, other)| Step::Limit { key, other });
    let custom = any::<bool>().prop_map(Step::Custom);
    proptest::collection::vec(prop_oneof![20 => call, 1 => suspend, 1 => limit, 1 => custom], 1..120)
}
