//! Which of the keys signs, which others can be verified with, and when the next one is due. A pure rule over times, so
//! that every instance decides the same without being told.
//!
//! A key is *next* until `signs_from`, *current* until its successor signs, then *retiring* for [`OVERLAP_MS`], and
//! *retired*. All but retired keys are published. A next key is published for [`LEAD_MS`] before it signs, which is
//! longer than caches may keep the published set, so nobody meets a token whose key it can't know yet.

use insula_kit::time::Timestamp;

use super::algorithm::Algorithm;

/// How long a key is published before it signs: 10 minutes, twice what caches may keep the set.
pub const LEAD_MS: i64 = 10 * 60_000;
/// How long a key is published after it signed last: 75 minutes. The last token that it signed lives 15 of them, or 60 if
/// the operator acts with it as a person.
pub const OVERLAP_MS: i64 = 75 * 60_000;
/// How old a key gets: 90 days.
pub const MAX_AGE_MS: i64 = 90 * 86_400_000;

/// When a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// From when on.
    pub signs_from: Timestamp,
    /// Since when it counts no more, because somebody else may have it.
    pub withdrawn_at: Option<Timestamp>,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, and signs later.
    Next,
    /// Signs.
    Current,
    /// Signs no more; its tokens may still be verified.
    Retiring,
    /// Signs no more, and no token of it is left.
    Retired,
    /// Was taken out of use at once.
    Withdrawn,
}

impl State {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether others can verify with the key.
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Next | Self::Current | Self::Retiring)
    }
}

/// The states of keys that are sorted by `signs_from`.
pub fn states(terms: &[Term], now: Timestamp) -> Vec<State> {
    let mut states = Vec::with_capacity(terms.len());
    // From the newest to the oldest; what comes after a key is known then.
    let mut superseded_at: Option<Timestamp> = None;
    for term in terms.iter().rev() {
        states.push(match superseded_at {
            _ if term.withdrawn_at.is_some() => State::Withdrawn,
            _ if term.signs_from > now => State::Next,
            None => State::Current,
            Some(at) if now < at.plus_ms(OVERLAP_MS) => State::Retiring,
            Some(_) => State::Retired,
        });
        if term.withdrawn_at.is_none() && term.signs_from <= now {
            superseded_at = Some(term.signs_from);
        }
    }
    states.reverse();
    states
}

/// Whether a new key is due: there is none, the current one is old, or it is for another algorithm than the operator
/// wants; and no next one waits already.
pub fn is_due(keys: &[(Term, &str)], wanted: Algorithm, now: Timestamp) -> bool {
    let terms: Vec<Term> = keys.iter().map(|(term, _)| *term).collect();
    let states = states(&terms, now);
    if states.contains(&State::Next) {
        return false;
    }
    let Some(at) = states.iter().position(|state| *state == State::Current) else { return true };
    let (term, algorithm) = keys[at];
    algorithm != wanted.as_str() || term.signs_from.plus_ms(MAX_AGE_MS) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn named(terms: &[(i64, Option<i64>)], now: i64) -> Vec<&'static str> {
        let terms: Vec<Term> = terms
            .iter()
            .map(|(from, withdrawn)| Term { signs_from: at(*from), withdrawn_at: withdrawn.map(at) })
            .collect();
        states(&terms, at(now)).into_iter().map(State::as_str).collect()
    }

    #[test]
    fn one_key_signs_and_its_predecessors_retire_in_time() {
        let keys = [(0, None), (1_000, None), (2_000, None)];
        assert_eq!(named(&keys, 999), ["current", "next", "next"]);
        assert_eq!(named(&keys, 1_000), ["retiring", "current", "next"]);
        assert_eq!(named(&keys, 2_000), ["retiring", "retiring", "current"]);
        assert_eq!(named(&keys, 1_000 + OVERLAP_MS), ["retired", "retiring", "current"]);
        assert_eq!(named(&keys, 2_000 + OVERLAP_MS), ["retired", "retired", "current"]);
    }

    #[test]
    fn a_withdrawn_key_is_out_of_the_chain() {
        assert_eq!(
            named(&[(0, None), (1_000, Some(1_500)), (1_600, None)], 1_700),
            ["retiring", "withdrawn", "current"]
        );
        assert_eq!(named(&[(0, Some(5)), (9, Some(5))], 10), ["withdrawn", "withdrawn"]);
    }

    /// A token lives as long as its key is published, whoever looks and whenever it was signed.
    #[test]
    fn whoever_signed_is_published_for_as_long_as_the_token_lives() {
        let keys = [(0, None), (1_000, None)];
        let signed_last = 999;
        let longest = (*crate::impersonation::SECONDS.end()).max(crate::token::LIFETIME_SECONDS);
        let ends = signed_last + longest * 1_000;
        assert_eq!(named(&keys, ends)[0], "retiring");
    }

    #[test]
    fn a_key_is_due_when_there_is_none_or_it_is_old_or_of_another_algorithm_and_none_waits() {
        let term = |from| Term { signs_from: at(from), withdrawn_at: None };
        let rs = Algorithm::Rs256;
        assert!(is_due(&[], rs, at(0)));
        assert!(!is_due(&[(term(0), "RS256")], rs, at(MAX_AGE_MS - 1)));
        assert!(is_due(&[(term(0), "RS256")], rs, at(MAX_AGE_MS)));
        assert!(!is_due(&[(term(0), "RS256"), (term(MAX_AGE_MS + 5), "RS256")], rs, at(MAX_AGE_MS)));
        assert!(is_due(&[(term(0), "RS256")], Algorithm::EdDsa, at(1)));
        assert!(is_due(&[(Term { withdrawn_at: Some(at(1)), ..term(0) }, "RS256")], rs, at(1)));
    }
}
