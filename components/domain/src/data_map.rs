//! The data map: every table and column, whose data it is, why it is kept, for how long, what export and erasure do.
//!
//! The record of processing, exports, erasure and retention follow from this table. A test compares it with the
//! database and fails for a table or a column that is in one and not in the other.

use Basis::{Contract, Interest, Security};
use Category::{Account, Business, Content, Secret, Technical};
use Erasure::{Delete, Keep};

/// What a column holds, as far as people are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Who a person is and how to reach it.
    Account,
    /// What a person or tenant uploaded or made; may hold anything.
    Content,
    /// What proves a right: digests of passwords, tokens and keys. Never exported.
    Secret,
    /// Facts of a contract or its use: plans, counters, roles.
    Business,
    /// Ids, times and numbers that the system needs to work.
    Technical,
}

/// Why the rows may be kept (GDPR Art. 6(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// (b): the contract with the customer.
    Contract,
    /// (f): the operation of the service, without personal data.
    Interest,
    /// (f): the security of the service.
    Security,
}

/// What erasing the subject does to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The row goes.
    Delete,
    /// The row stays: nothing in it is about the subject.
    Keep,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The component, or library, that owns it.
    pub owner: &'static str,
    /// The column that names the person or tenant that the row is about, or the session of the person, or the mail to it.
    pub subject: Option<&'static str>,
    /// Why the rows are kept.
    pub basis: Basis,
    /// For how long.
    pub retention: &'static str,
    /// Whether an export of the subject holds the rows, without secrets.
    pub exported: bool,
    /// What erasing the subject does.
    pub erasure: Erasure,
    /// Its columns, and what they hold.
    pub columns: &'static [(&'static str, Category)],
}

const ACCOUNT_LIFE: &str = "as long as the account";
const TENANT_LIFE: &str = "as long as the tenant";
const FOR_EVER: &str = "as long as the installation";

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "access_token",
        owner: "auth",
        subject: Some("session_id"),
        basis: Security,
        retention: "until it expires",
        exported: false,
        erasure: Delete,
        columns: &[
            ("digest", Secret),
            ("session_id", Technical),
            ("tenant_id", Technical),
            ("expires_at_ms", Technical),
        ],
    },
    Table {
        name: "account_token",
        owner: "auth",
        subject: Some("user_id"),
        basis: Security,
        retention: "until it expires, is used, or is replaced",
        exported: false,
        erasure: Delete,
        columns: &[
            ("user_id", Technical),
            ("purpose", Technical),
            ("digest", Secret),
            ("created_at_ms", Technical),
            ("expires_at_ms", Technical),
        ],
    },
    Table {
        name: "api_key",
        owner: "keys",
        subject: Some("tenant_id"),
        basis: Contract,
        retention: TENANT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("tenant_id", Technical),
            ("created_by", Technical),
            ("name", Content),
            ("scopes", Business),
            ("live", Business),
            ("digest", Secret),
            ("created_at_ms", Technical),
            ("expires_at_ms", Technical),
            ("revoked_at_ms", Technical),
            ("limit_calls", Business),
            ("limit_window_ms", Business),
            ("networks", Content),
            ("metadata", Content),
            ("imported", Technical),
            ("last_used_at_ms", Technical),
            ("successor_id", Technical),
            ("revoked_because", Business),
            ("version", Technical),
        ],
    },
    Table {
        name: "bucket",
        owner: "access",
        subject: Some("id"),
        basis: Security,
        retention: TENANT_LIFE,
        exported: false,
        erasure: Delete,
        columns: &[("id", Technical), ("level", Technical), ("level_at_ms", Technical)],
    },
    Table {
        name: "endpoint_limit",
        owner: "tenants",
        subject: None,
        basis: Interest,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[("plan", Business), ("operation", Business), ("calls", Business), ("window_ms", Business)],
    },
    Table {
        name: "guess",
        owner: "auth",
        subject: None,
        basis: Security,
        retention: "until the attempts are forgotten, hours",
        exported: false,
        // A keyed digest of an address that somebody typed, or of a network: it leads to nobody, and is soon gone.
        erasure: Keep,
        columns: &[("subject", Secret), ("ready_at_ms", Technical), ("forgotten_at_ms", Technical)],
    },
    Table {
        name: "idempotency",
        owner: "kit",
        subject: Some("caller"),
        basis: Contract,
        retention: "24 hours",
        exported: false,
        erasure: Delete,
        columns: &[
            ("caller", Technical),
            ("operation", Technical),
            ("key_digest", Secret),
            ("body_digest", Secret),
            ("answer", Secret),
            ("expires_at_ms", Technical),
        ],
    },
    Table {
        name: "invitation",
        owner: "tenants",
        subject: Some("tenant_id"),
        basis: Contract,
        retention: "until it is accepted, withdrawn or replaced, at most 7 days",
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("tenant_id", Technical),
            ("email", Account),
            ("role", Business),
            ("invited_by", Technical),
            ("digest", Secret),
            ("created_at_ms", Technical),
            ("expires_at_ms", Technical),
        ],
    },
    Table {
        name: "known_network",
        owner: "auth",
        subject: Some("user_id"),
        basis: Security,
        retention: "90 days after the last login from it",
        exported: false,
        erasure: Delete,
        columns: &[("user_id", Technical), ("network", Secret), ("expires_at_ms", Technical)],
    },
    Table {
        name: "mail",
        owner: "mail",
        subject: Some("subject_id"),
        basis: Contract,
        retention: "30 days after it was delivered or given up; its content until then only",
        exported: false,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("template", Technical),
            ("subject_id", Technical),
            ("content", Secret),
            ("state", Technical),
            ("attempts", Technical),
            ("failure", Technical),
            ("created_at_ms", Technical),
            ("due_at_ms", Technical),
            ("ended_at_ms", Technical),
        ],
    },
    Table {
        name: "mailbox",
        owner: "mailer-log",
        subject: Some("id"),
        basis: Interest,
        retention: "7 days, in development only",
        exported: false,
        erasure: Delete,
        columns: &[("id", Technical), ("content", Secret), ("delivered_at_ms", Technical)],
    },
    Table {
        name: "membership",
        owner: "tenants",
        subject: Some("user_id"),
        basis: Contract,
        retention: ACCOUNT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("tenant_id", Technical),
            ("user_id", Technical),
            ("role", Business),
            ("created_at_ms", Technical),
        ],
    },
    Table {
        name: "metric",
        owner: "usage",
        subject: None,
        basis: Interest,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[("name", Business), ("unit", Business), ("reset", Business)],
    },
    Table {
        name: "plan",
        owner: "tenants",
        subject: None,
        basis: Interest,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[
            ("name", Business),
            ("requests_per_minute", Business),
            ("burst", Business),
            ("max_users", Business),
        ],
    },
    Table {
        name: "plan_quota",
        owner: "tenants",
        subject: None,
        basis: Interest,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[("plan", Business), ("metric", Business), ("quota", Business)],
    },
    Table {
        name: "recovery_code",
        owner: "auth",
        subject: Some("user_id"),
        basis: Security,
        retention: "until it is used, or as long as the second factor",
        exported: false,
        erasure: Delete,
        columns: &[("user_id", Technical), ("digest", Secret)],
    },
    Table {
        name: "refresh_token",
        owner: "auth",
        subject: Some("session_id"),
        basis: Security,
        retention: "until its session expires",
        exported: false,
        erasure: Delete,
        columns: &[
            ("digest", Secret),
            ("session_id", Technical),
            ("expires_at_ms", Technical),
            ("successor", Secret),
        ],
    },
    Table {
        name: "report",
        owner: "quality",
        subject: Some("tenant_id"),
        basis: Contract,
        retention: TENANT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("tenant_id", Technical),
            ("created_by", Technical),
            ("file_name", Content),
            ("label_column", Content),
            ("row_count", Business),
            ("column_count", Business),
            ("score", Business),
            ("body", Content),
            ("created_at_ms", Technical),
        ],
    },
    Table {
        name: "schema_migration",
        owner: "sql",
        subject: None,
        basis: Interest,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[("number", Technical), ("name", Technical), ("applied_at_ms", Technical)],
    },
    Table {
        name: "second_factor",
        owner: "auth",
        subject: Some("user_id"),
        basis: Security,
        retention: ACCOUNT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("user_id", Technical),
            ("secret", Secret),
            ("created_at_ms", Technical),
            ("confirmed_at_ms", Technical),
            ("last_step", Technical),
        ],
    },
    Table {
        name: "session",
        owner: "auth",
        subject: Some("user_id"),
        basis: Security,
        retention: "until it expires",
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("user_id", Technical),
            ("tenant_id", Technical),
            ("created_at_ms", Technical),
            ("expires_at_ms", Technical),
            ("ended_at_ms", Technical),
        ],
    },
    Table {
        name: "signing_key",
        owner: "auth",
        subject: None,
        basis: Security,
        retention: FOR_EVER,
        exported: false,
        erasure: Keep,
        columns: &[
            ("kid", Technical),
            ("predecessor", Technical),
            ("public_jwk", Technical),
            ("private_key", Secret),
            ("created_at_ms", Technical),
            ("signs_from_ms", Technical),
            ("withdrawn_at_ms", Technical),
        ],
    },
    Table {
        name: "tenant",
        owner: "tenants",
        subject: Some("id"),
        basis: Contract,
        retention: TENANT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("name", Account),
            ("state", Business),
            ("plan", Business),
            ("created_at_ms", Technical),
            ("second_factor_required", Business),
        ],
    },
    Table {
        name: "usage_counter",
        owner: "access",
        subject: Some("tenant_id"),
        basis: Contract,
        retention: TENANT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("tenant_id", Technical),
            ("metric", Business),
            ("period_start_ms", Technical),
            ("used", Business),
        ],
    },
    Table {
        name: "user_account",
        owner: "auth",
        subject: Some("id"),
        basis: Contract,
        retention: ACCOUNT_LIFE,
        exported: true,
        erasure: Delete,
        columns: &[
            ("id", Technical),
            ("email", Account),
            ("name", Account),
            ("password", Secret),
            ("created_at_ms", Technical),
            ("email_verified_at_ms", Technical),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_about_somebody_is_erased_and_its_subject_is_one_of_its_columns() {
        for table in TABLES {
            assert_eq!(table.subject.is_some(), table.erasure == Delete, "{}", table.name);
            if let Some(subject) = table.subject {
                assert!(table.columns.iter().any(|(name, _)| *name == subject), "{}", table.name);
            }
        }
    }
}
