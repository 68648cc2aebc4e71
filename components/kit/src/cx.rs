//! What an operation may use: who calls, when, with which ids, and the database.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;

use insula_domain::credential::hexadecimal;

use crate::config::Config;
use crate::data_key::platform::{self, Purpose};
use crate::guard::{Caller, Grant, Membership};
use crate::id::{Id, Kind, SessionId, TenantId, UserId};
use crate::idempotency::Claim;
use crate::problem::{INTERNAL, MASTER_KEY_UNUSABLE, NOT_FOUND, Problem};
use crate::seal;
use crate::sql::master_keys::MasterKeys;
use crate::sql::{self, Db, Scope};
use crate::time::Timestamp;

/// The context of one request.
#[derive(Debug)]
pub struct Cx {
    pub(crate) grant: Grant,
    pub(crate) config: Rc<Config>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) operation: &'static str,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) claim: RefCell<Option<Claim>>,
}

/// The system has no random numbers: never seen, and nothing can be made then.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes")]
struct NoRandomness;

/// An operation didn't prepare what it derives from.
#[derive(Debug, thiserror::Error)]
#[error("there is no key to derive from")]
struct Underivable;

impl Cx {
    /// The context of a call that was admitted on another path than [`crate::serve`]: the gateway's.
    #[must_use]
    pub const fn admitted(
        grant: Grant,
        client: Option<IpAddr>,
        config: Rc<Config>,
        operation: &'static str,
    ) -> Self {
        Self { grant, config, client, operation, idempotency_key: None, claim: RefCell::new(None) }
    }

    /// What the guard has let in.
    #[must_use]
    pub const fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Bytes that nobody can guess.
    ///
    /// # Errors
    ///
    /// `internal` when the system has none.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).map_err(|_| Problem::new(&INTERNAL).caused_by(NoRandomness))?;
        Ok(bytes)
    }

    /// A new id.
    ///
    /// # Errors
    ///
    /// As [`Self::random`].
    pub fn new_id<K: Kind>(&self) -> Result<Id<K>, Problem> {
        Ok(Id::new(self.now(), self.random()?))
    }

    /// Who is calling.
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.grant.caller
    }

    /// The address that the call comes from; none where the host tells none.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// The person who is calling, or as whom the operator is, or who made the key that is.
    ///
    /// # Errors
    ///
    /// `not-found`, for callers that an access rule for people lets nobody through as.
    pub fn user_id(&self) -> Result<UserId, Problem> {
        match self.grant.caller {
            Caller::Person { user_id, .. } | Caller::Impersonator { user_id, .. } => Ok(user_id),
            Caller::ApiKey { creator_id, .. } => Ok(creator_id),
            Caller::Anonymous | Caller::Operator => Err(Problem::new(&NOT_FOUND)),
        }
    }

    /// The session of the person who is calling.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        match self.grant.caller {
            Caller::Person { session_id, .. } => Some(session_id),
            Caller::ApiKey { .. } | Caller::Anonymous | Caller::Operator | Caller::Impersonator { .. } => {
                None
            }
        }
    }

    /// The tenant that the call is about, and what the caller is there.
    #[must_use]
    pub fn membership(&self) -> Option<&Membership> {
        self.grant.membership.as_ref()
    }

    /// The tenant that the call is about.
    ///
    /// # Errors
    ///
    /// `not-found` when there is none, which a route with a tenant's permission never meets.
    pub fn tenant_id(&self) -> Result<TenantId, Problem> {
        self.membership().map(|membership| membership.tenant_id).ok_or_else(|| Problem::new(&NOT_FOUND))
    }

    /// The scope of the call: its tenant, else its person, else the operator, else the system.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match (&self.grant.membership, self.grant.caller) {
            (Some(membership), _) => Scope::Tenant(membership.tenant_id),
            (None, Caller::Person { user_id, .. } | Caller::Impersonator { user_id, .. }) => {
                Scope::Person(user_id)
            }
            (None, Caller::Operator) => Scope::Operator,
            (None, Caller::ApiKey { .. } | Caller::Anonymous) => Scope::System,
        }
    }

    /// Whether the request may be answered as an earlier one was, and so its body's digest is asked for.
    #[must_use]
    pub fn has_idempotency_key(&self) -> bool {
        self.idempotency_key.is_some()
    }

    /// What may be stored of `text`, so that it is found again and a thief of the database can't guess it: 256 bits in
    /// hexadecimal that only who knows the platform's key can compute. Equal texts of two purposes differ. It is the same
    /// whatever the master key is by now.
    ///
    /// # Errors
    ///
    /// `internal` before [`Self::prepare_digests`].
    pub fn keyed_digest(&self, purpose: &str, text: &str) -> Result<String, Problem> {
        let key = platform::opened(Purpose::Digest);
        let derived = key.and_then(|key| seal::derive_from(&key, &format!("{purpose}\n{text}")));
        derived.map(|key| hexadecimal(&key)).ok_or_else(underivable)
    }

    /// Opens the key of [`Self::keyed_digest`], once an instance.
    ///
    /// # Errors
    ///
    /// As [`Self::platform_key`].
    pub async fn prepare_digests(&self) -> Result<(), Problem> {
        self.platform_key(Purpose::Digest).await.map(|_| ())
    }

    /// Seals `text` under the master key, for the purpose that `info` names: for what lives a few days at most, because it
    /// isn't sealed anew when the master key is exchanged. What lives longer goes under a data key ([`crate::data_key`]).
    ///
    /// # Errors
    ///
    /// As [`Self::keyed_digest`].
    pub fn seal(&self, info: &str, text: &str) -> Result<String, Problem> {
        let sealed = seal::seal(self.master_keys()?.current(), info, self.random()?, text);
        sealed.ok_or_else(underivable)
    }

    /// Opens what [`Self::seal`] sealed, with this master key or the one before.
    ///
    /// # Errors
    ///
    /// `internal` for what was sealed with another master key or for another purpose.
    pub fn open(&self, info: &str, sealed: &str) -> Result<String, Problem> {
        let text = seal::open_with(self.master_keys()?, info, sealed);
        text.ok_or_else(|| sql::Error::Decode("sealed".to_owned()).into())
    }

    /// The keys that what is sealed is sealed under.
    ///
    /// # Errors
    ///
    /// `master-key-unusable` when the manifest gives the component none, or one that is too short.
    pub fn master_keys(&self) -> Result<&MasterKeys, Problem> {
        let keys = self.config.master_keys.as_ref();
        keys.map_err(|error| Problem::new(&MASTER_KEY_UNUSABLE).caused_by(*error))
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.config.db
    }
}

fn underivable() -> Problem {
    Problem::new(&INTERNAL).caused_by(Underivable)
}
