//! The one operation: from a credential and a demand to a grant or a denial.

use std::net::IpAddr;

use insula_domain::admission::{Demand as Rule, Denial};
use insula_domain::metric::Reset;
use insula_domain::network;
use insula_sql::config::Config;
use insula_sql::time::Timestamp;

use crate::answer;
use crate::bindings::exports::insula::access::guard as wit;
use crate::bindings::insula::access::types;
use crate::credential::{self, Credential};
use crate::store;

/// One question to the database.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who claims to be calling.
    pub credential: Credential,
    /// The tenant that the call is about, if not the caller's own.
    pub asked_tenant_id: Option<String>,
    /// The operation's id, for its own limit.
    pub endpoint: Option<String>,
    /// Where the call comes from.
    pub client: Option<IpAddr>,
    /// What the rule is asked.
    pub rule: Rule,
    /// When, in milliseconds since 1970.
    pub now_ms: i64,
}

impl Question {
    /// The start of the present day, which calls are counted in.
    pub fn day_ms(&self) -> i64 {
        Reset::Daily.period(self.now_ms).start_ms
    }
}

/// Decides about one call.
pub async fn admit(presented: Option<&str>, demand: wit::Demand) -> Result<wit::Grant, wit::Denial> {
    let credential = presented.and_then(Credential::read).ok_or(wit::Denial::Unauthenticated)?;
    if let Credential::OperatorKey { digest } = &credential {
        return admit_operator(digest, &demand).await;
    }
    let kind = match credential {
        Credential::ApiKey { .. } => types::CallerKinds::API_KEY,
        Credential::Token { .. } | Credential::OperatorKey { .. } => types::CallerKinds::PERSON,
    };
    let rule = Rule {
        caller_allowed: demand.callers.contains(kind),
        impersonator_allowed: demand.callers.contains(types::CallerKinds::IMPERSONATOR),
        permission: demand.permission.map(from_wit),
        tenant_required: demand.tenant_required,
        metered: demand.metered,
    };
    let now_ms = Timestamp::now().as_ms();
    let client = demand.client.as_deref().and_then(network::address);
    let question = Question {
        credential,
        asked_tenant_id: demand.tenant_id,
        endpoint: demand.operation,
        client,
        rule,
        now_ms,
    };
    let config = Config::load().await;
    let buckets = config
        .buckets
        .as_ref()
        .map_err(|unreadable| wit::Denial::Failed(types::Failure::Internal(unreadable.to_string())))?;
    match store::decide(&config.db, buckets, &question).await {
        Err(error) => Err(wit::Denial::Failed(answer::failure(&error))),
        Ok(None) => Err(wit::Denial::Unauthenticated),
        Ok(Some(decision)) => answer::of(decision, &question),
    }
}

async fn admit_operator(digest: &str, demand: &wit::Demand) -> Result<wit::Grant, wit::Denial> {
    if !credential::is_operator(digest).await {
        return Err(wit::Denial::Unauthenticated);
    }
    if !demand.callers.contains(types::CallerKinds::OPERATOR) {
        return Err(wit::Denial::Forbidden);
    }
    Ok(wit::Grant {
        caller: types::Caller::Operator,
        membership: None,
        limits: Vec::new(),
        new_network: false,
    })
}

/// What was decided about a caller that is known.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The public id of the key or the session.
    pub credential_id: String,
    /// The person, or the one who made the key.
    pub person_id: String,
    /// The tenant, if the caller belongs to it.
    pub tenant_id: Option<String>,
    /// The name of the plan.
    pub plan: String,
    /// What is known about the caller; buckets and calls are those after the decision.
    pub facts: insula_domain::admission::Facts,
    /// Whether the key comes from a network that is worth telling.
    pub new_network: bool,
    /// Let in, or why not.
    pub outcome: Result<(), Denial>,
}

insula_domain::permission_in_wit!(types::Permission);
