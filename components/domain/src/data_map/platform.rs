//! Tables that the platform works with: stored answers, mail, keys of its own, the log of migrations.

use super::Basis::{Contract, Interest, Security};
use super::Category::{Secret, Technical};
use super::Erasure::{Delete, Keep};
use super::{FOR_EVER, Table};

pub const IDEMPOTENCY: Table = Table {
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
};

pub const MAIL: Table = Table {
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
};

pub const MAILBOX: Table = Table {
    name: "mailbox",
    owner: "mailer-log",
    subject: Some("id"),
    basis: Interest,
    retention: "7 days, in development only",
    exported: false,
    erasure: Delete,
    columns: &[("id", Technical), ("content", Secret), ("delivered_at_ms", Technical)],
};

pub const PLATFORM_KEY: Table = Table {
    name: "platform_key",
    owner: "kit",
    subject: None,
    basis: Security,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[
        ("purpose", Technical),
        ("sealed", Secret),
        ("wrapped_by", Technical),
        ("created_at_ms", Technical),
    ],
};

pub const TICK_CURSOR: Table = Table {
    name: "tick_cursor",
    owner: "ops",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("task", Technical), ("after_id", Technical)],
};

pub const SCHEMA_MIGRATION: Table = Table {
    name: "schema_migration",
    owner: "sql",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("number", Technical), ("name", Technical), ("applied_at_ms", Technical)],
};

pub const TENANT_STEP: Table = Table {
    name: "tenant_step",
    owner: "sql",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("number", Technical), ("name", Technical), ("statements", Technical)],
};
