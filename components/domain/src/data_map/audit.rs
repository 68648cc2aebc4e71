//! Tables of the audit log, which outlives what it tells of.

use super::Basis::Security;
use super::Category::{Business, Secret, Technical};
use super::Erasure::{Delete, Keep};
use super::{ACCOUNT_LIFE, FOR_EVER, Table};

pub const HEAD: Table = Table {
    name: "audit_head",
    owner: "sql",
    subject: None,
    basis: Security,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("tenant_id", Technical), ("size", Technical), ("link", Technical)],
};

/// Who somebody is stands in it only sealed, under a key of the person's own that is erased.
pub const ENTRY: Table = Table {
    name: "audit_entry",
    owner: "sql",
    subject: None,
    basis: Security,
    retention: FOR_EVER,
    exported: true,
    erasure: Keep,
    columns: &[
        ("tenant_id", Technical),
        ("seq", Technical),
        ("at_ms", Technical),
        ("action", Business),
        ("actor_id", Technical),
        ("entry", Business),
        ("link", Technical),
    ],
};

pub const NODE: Table = Table {
    name: "audit_node",
    owner: "sql",
    subject: None,
    basis: Security,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("tenant_id", Technical), ("level", Technical), ("place", Technical), ("hash", Technical)],
};

pub const PAUSE: Table = Table {
    name: "audit_pause",
    owner: "kit",
    subject: None,
    basis: Security,
    retention: "until the same may be noted again: an hour at most",
    exported: false,
    erasure: Keep,
    columns: &[("subject", Technical), ("ends_at_ms", Technical)],
};

pub const CHECKPOINT: Table = Table {
    name: "audit_checkpoint",
    owner: "sql",
    subject: None,
    basis: Security,
    retention: FOR_EVER,
    exported: true,
    erasure: Keep,
    columns: &[
        ("tenant_id", Technical),
        ("size", Technical),
        ("root", Technical),
        ("note", Technical),
        ("created_at_ms", Technical),
    ],
};

pub const SUBJECT_KEY: Table = Table {
    name: "subject_key",
    owner: "kit",
    subject: Some("subject_id"),
    basis: Security,
    retention: ACCOUNT_LIFE,
    exported: false,
    erasure: Delete,
    columns: &[
        ("subject_id", Technical),
        ("sealed", Secret),
        ("wrapped_by", Technical),
        ("created_at_ms", Technical),
    ],
};
