//! The checklist of a new tenant: what is done of it and what comes next, from what is there. Nothing is ticked off by hand,
//! so a step whose reason goes away again is open again.

use insula_kit::time::Timestamp;

use crate::tenant::FIRST_PLAN;

/// What is known of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The name of its plan.
    pub plan: String,
    /// Whether it demands a second factor of people.
    pub second_factor_required: bool,
    /// When the first of its owners proved its address.
    pub proven_at: Option<Timestamp>,
    /// Owners without a second factor that counts.
    pub owners_without_factor: i64,
    /// When the last owner got one.
    pub secured_at: Option<Timestamp>,
    /// When the oldest key was made that still works.
    pub key_at: Option<Timestamp>,
    /// The first day with a call that counted.
    pub called_at: Option<Timestamp>,
    /// When the first report was made.
    pub reported_at: Option<Timestamp>,
    /// When the second member joined.
    pub joined_at: Option<Timestamp>,
    /// When the oldest invitation was made that is still open.
    pub invited_at: Option<Timestamp>,
    /// How many limits of its own are set.
    pub limits: i64,
    /// Whether the database itself keeps its rows apart from others'.
    pub is_isolated: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub step: &'static str,
    /// Whether a tenant should have done it before it is in earnest.
    pub required: bool,
    /// Whether it is done.
    pub done: bool,
    /// When it was, where that is known.
    pub done_at: Option<Timestamp>,
    /// What to do, and by which route.
    pub next: (&'static str, &'static str),
}

/// The steps, in the order in which they make sense.
pub fn steps(facts: &Facts) -> Vec<Step> {
    let at = |step, required, done_at: Option<Timestamp>, next| Step {
        step,
        required,
        done: done_at.is_some(),
        done_at,
        next,
    };
    let is = |step, required, done, done_at: Option<Timestamp>, next| Step {
        step,
        required,
        done,
        done_at: done_at.filter(|_| done),
        next,
    };
    let is_secured = facts.owners_without_factor == 0;
    vec![
        at("address_proven", true, facts.proven_at, ADDRESS),
        is("second_factor", facts.second_factor_required, is_secured, facts.secured_at, SECOND_FACTOR),
        at("key_made", true, facts.key_at, KEY),
        at("first_call", true, facts.called_at, CALL),
        at("first_report", true, facts.reported_at, REPORT),
        at("member_invited", false, facts.joined_at.or(facts.invited_at), MEMBER),
        is("plan_chosen", false, facts.plan != FIRST_PLAN, None, PLAN),
        is("limits_set", false, facts.limits > 0, None, LIMITS),
        is("isolation_verified", false, facts.is_isolated, None, ISOLATION),
    ]
}

/// Whether all is done that should be.
pub fn is_complete(steps: &[Step]) -> bool {
    steps.iter().all(|step| step.done || !step.required)
}

const ADDRESS: (&str, &str) = (
    "An owner proves its address with the code that was mailed. POST /api/v1/auth/verify-email/send mails another.",
    "POST /api/v1/auth/verify-email",
);
const SECOND_FACTOR: (&str, &str) =
    ("Each owner sets up a second factor, and confirms it.", "POST /api/v1/auth/mfa/totp");
const KEY: (&str, &str) = ("Make an API key for your program.", "POST /api/v1/api-keys");
const CALL: (&str, &str) = ("Make a first call that counts, with the key.", "GET /api/v1/reports");
const REPORT: (&str, &str) = ("Analyse a first file.", "POST /api/v1/analyze");
const MEMBER: (&str, &str) = (
    "Invite a second member, so that the tenant doesn't hang on one.",
    "POST /api/v1/tenants/{tenant_id}/invitations",
);
const PLAN: (&str, &str) = (
    "The operator moves the tenant to another plan when the first one is too small.",
    "PATCH /api/v1/tenants/{tenant_id}",
);
const LIMITS: (&str, &str) = (
    "Set limits of your own, below those of the plan, for an operation or a key.",
    "PUT /api/v1/tenants/{tenant_id}/limits/{subject}",
);
const ISOLATION: (&str, &str) = (
    "On PostgreSQL the database itself keeps tenants apart, and diagnostics say what of it doesn't hold. SQLite can't: there \
     every statement names its tenant.",
    "GET /api/v1/tenants/{tenant_id}/diagnostics",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn done(facts: &Facts) -> Vec<&'static str> {
        steps(facts).iter().filter(|step| step.done).map(|step| step.step).collect()
    }

    #[test]
    fn of_a_tenant_that_was_just_made_nothing_is_done() {
        let facts = Facts { plan: FIRST_PLAN.to_owned(), owners_without_factor: 1, ..Facts::default() };
        assert_eq!(done(&facts), Vec::<&str>::new());
        assert!(!is_complete(&steps(&facts)));
    }

    #[test]
    fn it_is_complete_when_what_is_required_is_done_and_a_factor_only_where_it_is_demanded() {
        let at = Some(Timestamp::from_ms(1));
        let mut facts = Facts {
            plan: FIRST_PLAN.to_owned(),
            owners_without_factor: 1,
            proven_at: at,
            key_at: at,
            called_at: at,
            reported_at: at,
            ..Facts::default()
        };
        assert!(is_complete(&steps(&facts)));
        facts.second_factor_required = true;
        assert!(!is_complete(&steps(&facts)));
        facts.owners_without_factor = 0;
        facts.secured_at = at;
        assert!(is_complete(&steps(&facts)));
    }

    #[test]
    fn an_open_invitation_counts_until_a_second_member_is_there() {
        let (early, late) = (Timestamp::from_ms(1), Timestamp::from_ms(2));
        let step =
            |facts: &Facts| steps(facts).into_iter().find(|step| step.step == "member_invited").unwrap();
        let mut facts = Facts { invited_at: Some(late), ..Facts::default() };
        assert_eq!(step(&facts).done_at, Some(late));
        facts.joined_at = Some(early);
        assert_eq!(step(&facts).done_at, Some(early));
        facts = Facts::default();
        assert!(!step(&facts).done);
    }
}
