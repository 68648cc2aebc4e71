//! What is read about a caller: all that the rule needs to know. The statements are the same on both databases; on
//! PostgreSQL they run only where the buckets are elsewhere.

use insula_domain::admission::{self, Facts, Policy, Standing};
use insula_domain::bucket::MINUTE_MS;
use insula_domain::known_networks::{KnownNetworks, around};
use insula_domain::network::Networks;
use insula_domain::role::Role;
use insula_domain::scope::from_text;
use insula_sql::params;
use insula_sql::{Db, Error, Row, Scope, Statement};
use subtle::ConstantTimeEq;

use super::limits;
use crate::credential::Credential;
use crate::service::{Decision, Question};

const BY_KEY: &str = include_str!("../../sql/caller_get_by_key.sql");
const BY_TOKEN: &str = include_str!("../../sql/caller_get_by_token.sql");

/// A caller, and what was read as far as the rule doesn't need it.
pub struct Found {
    pub decision: Decision,
    /// The bucket of the plan's limit, from whose id those of the others are made.
    bucket_id: String,
    /// The key whose limit applies, if a key is calling.
    pub limit_root: Option<String>,
    /// The key, if its use shall be noted.
    pub used_key_id: Option<String>,
    /// Whether the tenant has limits that aren't those of its plan.
    pub has_customs: bool,
}

/// Looks the caller up. None for a credential that nobody has.
pub async fn find(db: &Db, question: &Question) -> Result<Option<Found>, Error> {
    let (statement, digest) = match &question.credential {
        Credential::ApiKey { key_id, digest } => {
            let params = params![question.endpoint.clone(), question.day_ms(), *key_id, digest];
            (Statement::new(BY_KEY, params), digest)
        }
        Credential::Token { digest } | Credential::OperatorKey { digest } => {
            let (asked, endpoint) = (question.asked_tenant_id.clone(), question.endpoint.clone());
            let params = params![asked, endpoint, question.day_ms(), digest];
            (Statement::new(BY_TOKEN, params), digest)
        }
    };
    let rows = db.query(Scope::System, statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let same = row.text("digest")?.as_bytes().ct_eq(digest.as_bytes());
    if bool::from(same) { read(row, question).map(Some) } else { Ok(None) }
}

fn read(row: &Row, question: &Question) -> Result<Found, Error> {
    let by_key = matches!(question.credential, Credential::ApiKey { .. });
    let own_tenant_id = row.optional_text("own_tenant_id")?;
    let asked = question.asked_tenant_id.as_ref();
    let role = row.optional_text("role")?.as_deref().and_then(Role::parse);
    let impersonated = row.integer("impersonated")? == 1;
    // Who acts in one tenant only, and not at all once the person is no member there.
    let is_bound = by_key || impersonated;
    let elsewhere = is_bound && asked.is_some_and(|asked| Some(asked) != own_tenant_id.as_ref());
    let standing = match role {
        Some(role) if !elsewhere => Standing::Member { role, active: row.text("state")? == "active" },
        None if asked.is_none() => Standing::NoTenant,
        Some(_) | None => Standing::Stranger,
    };
    let unexpired = row.optional_integer("expires_at_ms")?.is_none_or(|at_ms| at_ms > question.now_ms);
    let unrevoked = row.optional_integer("revoked_at_ms")?.is_none();
    let networks = row.optional_text("networks")?;
    let inside = networks.is_none_or(|networks| Networks::from_text(&networks).hold(question.client));
    let person_id = row.text("person_id")?;
    let tenant_id = row.optional_text("tenant_id")?.filter(|_| !elsewhere);
    let bucket_id = match (&tenant_id, by_key) {
        (Some(tenant_id), true) => tenant_id.clone(),
        (Some(tenant_id), false) => format!("{tenant_id}:{person_id}"),
        (None, _) => person_id.clone(),
    };
    let facts = Facts {
        valid: unexpired && unrevoked && inside && (role.is_some() || !is_bound),
        impersonated,
        standing,
        scopes: row.optional_text("scopes")?.as_deref().map(from_text),
        limits: limits(row)?,
        calls: row.integer("calls")?,
        calls_quota: row.optional_integer("quota")?,
    };
    let credential_id = row.text("credential_id")?;
    let last_used_ms = row.optional_integer("last_used_at_ms")?;
    let due = by_key && last_used_ms.is_none_or(|at_ms| at_ms <= question.now_ms - MINUTE_MS);
    let used_key_id = due.then(|| credential_id.clone());
    let known = KnownNetworks::stored(
        row.optional_text("known_networks")?.as_deref(),
        row.optional_integer("networks_told_until_ms")?,
    );
    let network = question.client.filter(|_| by_key).map(around);
    let new_network = network.is_some_and(|network| known.is_new(&network, question.now_ms));
    let plan = row.text("plan")?;
    let decision =
        Decision { credential_id, person_id, tenant_id, plan, facts, new_network, outcome: Ok(()) };
    let limit_root = row.optional_text("limit_root")?;
    let has_customs = row.optional_integer("limited")? == Some(1);
    Ok(Found { decision, bucket_id, limit_root, used_key_id, has_customs })
}

impl Found {
    pub fn refused(mut self, denial: admission::Denial) -> Decision {
        self.decision.outcome = Err(denial);
        self.decision
    }

    /// Whom the call counts for, if for anybody.
    pub fn counts_for(&self, question: &Question) -> Option<String> {
        self.decision.tenant_id.clone().filter(|_| question.rule.metered)
    }

    /// Whose buckets they are: the tenant's, or a person's that acts in none. Each bucket's id begins with it.
    pub fn owner(&self) -> &str {
        self.decision.tenant_id.as_deref().unwrap_or(&self.decision.person_id)
    }

    /// The bucket that a limit of that policy draws from.
    pub fn bucket_id(&self, question: &Question, policy: Policy, window_ms: i64) -> String {
        match policy {
            Policy::Plan => self.bucket_id.clone(),
            Policy::Endpoint => {
                let endpoint = question.endpoint.as_deref().unwrap_or_default();
                format!("{}/{endpoint}:{window_ms}", self.bucket_id)
            }
            Policy::Key => {
                let owner = self.decision.tenant_id.as_deref().unwrap_or_default();
                format!("{owner}/{}:{window_ms}", self.limit_root.as_deref().unwrap_or_default())
            }
        }
    }
}
