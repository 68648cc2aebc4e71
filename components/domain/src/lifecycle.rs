//! The life of a tenant: its states, and what leads from one to another. Pure: one function over one table.
//!
//! ```text
//! pending → provisioning → active ⇄ suspended → deprovisioning → deleted
//!      ↖________|              |________________↗
//! ```

/// What a tenant is at a moment. Only in [`State::Active`] are calls let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is asked for, and nothing is there yet.
    Pending,
    /// What it needs is being made.
    Provisioning,
    /// Its calls are let in.
    Active,
    /// Its calls are refused until it is activated.
    Suspended,
    /// What it had is being removed.
    Deprovisioning,
    /// Nothing but its name tag is left.
    Deleted,
}

/// What happens to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Somebody begins to make what it needs.
    Provision,
    /// All that it needs is there.
    Provisioned,
    /// What it needs can't be made; what was made is gone again.
    ProvisioningFailed,
    /// Its calls shall be refused.
    Suspend,
    /// Its calls shall be let in again.
    Activate,
    /// It shall go.
    Deprovision,
    /// All that it had is gone.
    Deprovisioned,
}

/// Every transition there is. What is not here is refused.
pub const TRANSITIONS: &[(State, Event, State)] = &[
    (State::Pending, Event::Provision, State::Provisioning),
    (State::Provisioning, Event::Provisioned, State::Active),
    (State::Provisioning, Event::ProvisioningFailed, State::Pending),
    (State::Active, Event::Suspend, State::Suspended),
    (State::Suspended, Event::Activate, State::Active),
    (State::Active, Event::Deprovision, State::Deprovisioning),
    (State::Suspended, Event::Deprovision, State::Deprovisioning),
    (State::Deprovisioning, Event::Deprovisioned, State::Deleted),
];

/// There is no such transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTransition {
    /// What the tenant is.
    pub from: State,
    /// What should happen.
    pub event: Event,
}

/// What a tenant is after `event`.
///
/// # Errors
///
/// When the event can't happen to a tenant in that state.
pub fn next(from: State, event: Event) -> Result<State, InvalidTransition> {
    TRANSITIONS
        .iter()
        .find(|(state, happens, _)| (*state, *happens) == (from, event))
        .map(|(_, _, to)| *to)
        .ok_or(InvalidTransition { from, event })
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Provisioning,
        Self::Active,
        Self::Suspended,
        Self::Deprovisioning,
        Self::Deleted,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deprovisioning => "deprovisioning",
            Self::Deleted => "deleted",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 7] = [
        Self::Provision,
        Self::Provisioned,
        Self::ProvisioningFailed,
        Self::Suspend,
        Self::Activate,
        Self::Deprovision,
        Self::Deprovisioned,
    ];

    /// The name in problems and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Provisioned => "provisioned",
            Self::ProvisioningFailed => "provisioning_failed",
            Self::Suspend => "suspend",
            Self::Activate => "activate",
            Self::Deprovision => "deprovision",
            Self::Deprovisioned => "deprovisioned",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn what_is_not_in_the_table_is_refused_and_changes_nothing() {
        let known: HashSet<_> = TRANSITIONS.iter().map(|(from, event, _)| (*from, *event)).collect();
        assert_eq!(known.len(), TRANSITIONS.len(), "a state and an event lead to one state");
        for from in State::ALL {
            for event in Event::ALL {
                let refused = next(from, event).err();
                let expected = (!known.contains(&(from, event))).then_some(InvalidTransition { from, event });
                assert_eq!(refused, expected);
            }
        }
    }

    /// The same as the contract draws it, a line for each arrow.
    #[test]
    fn the_table_is_what_the_contract_says() {
        let drawn = "
            pending provision provisioning
            provisioning provisioned active
            provisioning provisioning_failed pending
            active suspend suspended
            active deprovision deprovisioning
            suspended activate active
            suspended deprovision deprovisioning
            deprovisioning deprovisioned deleted";
        let mut arrows = 0;
        for from in State::ALL {
            for event in Event::ALL {
                let arrow = format!("{} {} ", from.as_str(), event.as_str());
                let to = drawn.lines().find_map(|line| line.trim().strip_prefix(&arrow));
                assert_eq!(next(from, event).ok().map(State::as_str), to, "{arrow}");
                arrows += usize::from(to.is_some());
            }
        }
        assert_eq!(arrows, 8);
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("gone"), None);
    }

    /// The states that a life went through; events that can't happen leave it where it is.
    fn life(events: &[Event]) -> Vec<State> {
        let mut states = vec![State::Pending];
        for event in events {
            let here = states[states.len() - 1];
            states.push(next(here, *event).unwrap_or(here));
        }
        states
    }

    proptest! {
        #[test]
        fn nobody_comes_back_from_being_removed(events in prop::collection::vec(select(&Event::ALL[..]), 0..60)) {
            let states = life(&events);
            let removed = |state: &State| matches!(state, State::Deprovisioning | State::Deleted);
            let first = states.iter().position(removed).unwrap_or(states.len());
            prop_assert!(states[first..].iter().all(removed));
            let deleted = states.iter().position(|state| *state == State::Deleted).unwrap_or(states.len());
            prop_assert!(states[deleted..].iter().all(|state| *state == State::Deleted));
        }

        #[test]
        fn nobody_is_active_without_having_been_provisioned(
            events in prop::collection::vec(select(&Event::ALL[..]), 0..60),
        ) {
            let states = life(&events);
            let active = states.iter().position(|state| *state == State::Active);
            if let Some(active) = active {
                prop_assert_eq!(states[active - 1], State::Provisioning);
            }
        }

        #[test]
        fn every_living_tenant_can_be_brought_to_its_end(
            events in prop::collection::vec(select(&Event::ALL[..]), 0..60),
        ) {
            let mut state = *life(&events).last().unwrap();
            for event in [Event::Provision, Event::Provisioned, Event::Deprovision, Event::Deprovisioned] {
                state = next(state, event).unwrap_or(state);
            }
            prop_assert_eq!(state, State::Deleted);
        }
    }
}
