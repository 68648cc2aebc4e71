//! The operator acting as a person: in one tenant, for a reason, and for a while. Pure: no I/O, no clock.

use insula_kit::id::{SessionId, TenantId, UserId};
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError, line};

/// How long it lasts, in seconds, unless something else is asked for.
pub const DEFAULT_SECONDS: i64 = 15 * 60;
/// How short and how long it may be, in seconds.
pub const SECONDS: std::ops::RangeInclusive<i64> = 60..=60 * 60;
/// How long a reason is, in characters.
const REASON: (usize, usize) = (3, 500);

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As whom; none for what is no person's id.
    pub user_id: Option<UserId>,
    /// Where; none for what is no tenant's id.
    pub tenant_id: Option<TenantId>,
    /// Why, in the operator's words.
    pub reason: String,
    /// For how long.
    pub seconds: i64,
}

/// A session in which the operator acts as a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impersonation {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub started_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Wanted {
    /// Reads what is asked for, and reports every bad field at once.
    pub fn parse(
        user_id: &str,
        tenant_id: &str,
        reason: &str,
        seconds: Option<i64>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors::default();
        let reason = errors.keep(line("reason", reason, REASON.0, REASON.1));
        let seconds = seconds.unwrap_or(DEFAULT_SECONDS);
        let seconds = errors.keep(if SECONDS.contains(&seconds) {
            Ok(seconds)
        } else {
            Err(FieldError::new("expires_in_seconds", "range", "must be a whole number from 60 to 3600"))
        });
        let wanted = reason.zip(seconds).map(|(reason, seconds)| Self {
            user_id: UserId::parse(user_id),
            tenant_id: TenantId::parse(tenant_id),
            reason,
            seconds,
        });
        errors.finish(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = "usr_01h455vb4pex5vsknk084sn02q";
    const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";

    #[test]
    fn it_takes_a_reason_and_ends_within_the_hour() {
        let wanted = Wanted::parse(PERSON, TENANT, " Ticket 7 ", None).unwrap();
        assert_eq!((wanted.reason.as_str(), wanted.seconds), ("Ticket 7", 900));
        for seconds in [60, 3_600] {
            assert_eq!(Wanted::parse(PERSON, TENANT, "why", Some(seconds)).unwrap().seconds, seconds);
        }
        for seconds in [i64::MIN, 0, 59, 3_601, i64::MAX] {
            let errors = Wanted::parse(PERSON, TENANT, "why", Some(seconds)).unwrap_err();
            assert_eq!(errors[0].pointer, "/expires_in_seconds");
        }
        for reason in ["", "  ", "no", &"x".repeat(501)] {
            let errors = Wanted::parse(PERSON, TENANT, reason, Some(0)).unwrap_err();
            assert_eq!(errors.len(), 2, "every bad field at once");
            assert_eq!(errors[0].pointer, "/reason");
        }
    }
}
