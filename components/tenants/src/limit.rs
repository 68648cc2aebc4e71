//! What a tenant may, where that isn't only what its plan says. Pure: no I/O, no clock.

use insula_domain::bucket::Rate;
use insula_domain::custom_limit::Custom;
use insula_domain::rate_limit::RateLimit;
use insula_domain::role::Role;
use insula_kit::id::KeyId;
use insula_kit::validate::{Errors, FieldError, rate_limit};

/// The most subjects that a tenant has limits of its own for.
pub const SUBJECTS_LIMIT: i64 = 100;

const DAY_MS: i64 = 86_400_000;
const OPERATION_LENGTH: usize = 63;

/// What a limit is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All calls.
    All,
    /// One operation, by its id in the OpenAPI document.
    Operation(String),
    /// One key, or those that share its limit.
    Key(KeyId),
}

impl Subject {
    /// Reads a part of a path; none for what names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        if text.starts_with("key_") {
            return KeyId::parse(text).map(Self::Key);
        }
        is_operation(text).then(|| Self::Operation(text.to_owned()))
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Operation(operation) => formatter.write_str(operation),
            Self::Key(id) => write!(formatter, "{id}"),
        }
    }
}

/// Whether it may be the id of an operation.
pub fn is_operation(text: &str) -> bool {
    (1..=OPERATION_LENGTH).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// All that is set about a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub subject: String,
    /// What the plan says.
    pub plan: Option<Rate>,
    pub custom: Custom,
    /// The role of who set the tenant's own.
    pub own_role: Option<Role>,
    /// 0 while nobody has set anything.
    pub version: i64,
}

impl Limit {
    /// A subject about which nothing is set.
    pub fn none(subject: &Subject) -> Self {
        let subject = subject.to_string();
        Self { subject, plan: None, custom: Custom::default(), own_role: None, version: 0 }
    }

    /// What counts.
    pub fn effective(&self) -> Option<Rate> {
        self.custom.over(self.plan)
    }

    /// What a tenant's own must be within.
    pub fn ceiling(&self) -> Option<Rate> {
        self.custom.operator.or(self.plan)
    }

    /// Whether somebody of that role may set the tenant's own so, or remove it: what an owner set, others only tighten.
    pub fn may_set(&self, role: Role, own: Option<Rate>) -> bool {
        let tighter = self.custom.own.is_some_and(|before| own.is_some_and(|own| own.is_within(before)));
        role == Role::Owner || self.own_role != Some(Role::Owner) || tighter
    }
}

/// Reads what a limit shall be.
pub fn rate(subject: &Subject, text: &str, burst: Option<i64>) -> Result<Rate, Vec<FieldError>> {
    let mut errors = Errors::default();
    let limit = errors.keep(rate_limit("rate_limit", text)).map(RateLimit::rate);
    let Some(rate) = limit else { return errors.finish(None) };
    if *subject != Subject::All {
        if burst.is_some() {
            errors.add(FieldError::new(
                "burst",
                "value",
                "is only for `all`: other limits allow all calls at once",
            ));
        }
        return errors.finish(Some(rate));
    }
    if rate.window_ms != insula_domain::bucket::MINUTE_MS {
        errors.add(FieldError::new(
            "rate_limit",
            "format",
            "must be per minute for `all`, such as `100/minute`",
        ));
    }
    let rate = Rate { burst: burst.unwrap_or(rate.calls), ..rate };
    if let Some(error) = fault_of_burst(rate) {
        errors.add(error);
    }
    errors.finish(Some(rate))
}

/// What is wrong with a burst. A bucket fills within a day, so that one that nobody has used for longer is full.
pub fn fault_of_burst(rate: Rate) -> Option<FieldError> {
    let fills = rate.burst.saturating_mul(rate.window_ms) <= rate.calls * DAY_MS;
    let sound = (1..=Rate::MAX).contains(&rate.burst) && fills;
    let detail = "must be 1 to 1000000, and at most what a day's calls of the rate are";
    (!sound).then(|| FieldError::new("burst", "range", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "key_01h455vb4pex5vsknk084sn02q";

    #[test]
    fn a_subject_is_all_calls_an_operation_or_a_key() {
        assert_eq!(Subject::parse("all"), Some(Subject::All));
        assert_eq!(Subject::parse("analyze"), Some(Subject::Operation("analyze".to_owned())));
        for text in ["all", "analyze", "get_v2", KEY] {
            assert_eq!(Subject::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "key_", "key_x", "Analyze", "a-b", "a/b", "_a", "1a", &"a".repeat(64)] {
            assert_eq!(Subject::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn all_calls_are_limited_by_the_minute_and_a_bucket_fills_within_a_day() {
        let faults = |subject: &Subject, text, burst| {
            let errors = rate(subject, text, burst).unwrap_err();
            errors.into_iter().map(|error| (error.pointer, error.code)).collect::<Vec<_>>()
        };
        assert_eq!(rate(&Subject::All, "5/minute", None), Ok(Rate::per_minute(5, 5)));
        assert_eq!(rate(&Subject::All, "5/minute", Some(7_200)), Ok(Rate::per_minute(5, 7_200)));
        let burst = |burst| vec![("/burst".to_owned(), burst)];
        for bad in [0, -1, 7_201, i64::MAX] {
            assert_eq!(faults(&Subject::All, "5/minute", Some(bad)), burst("range"), "{bad}");
        }
        assert_eq!(faults(&Subject::Operation("analyze".to_owned()), "5/hour", Some(5)), burst("value"));
        assert_eq!(faults(&Subject::All, "5/hour", None), [("/rate_limit".to_owned(), "format")]);
        assert_eq!(faults(&Subject::All, "5", Some(0)), [("/rate_limit".to_owned(), "format")]);
    }

    #[test]
    fn what_an_owner_set_others_only_tighten() {
        let (tight, wide) = (Rate::per_minute(5, 5), Rate::per_minute(6, 6));
        let of = |role| Limit {
            custom: Custom { operator: None, own: Some(tight) },
            own_role: Some(role),
            ..Limit::none(&Subject::All)
        };
        for role in [Role::Owner, Role::Admin] {
            assert!(of(Role::Admin).may_set(role, Some(wide)) && of(Role::Admin).may_set(role, None));
            assert!(of(Role::Owner).may_set(role, Some(Rate::per_minute(4, 4))));
            let loosens = of(Role::Owner).may_set(role, Some(wide)) || of(Role::Owner).may_set(role, None);
            assert_eq!(loosens, role == Role::Owner);
        }
    }
}
