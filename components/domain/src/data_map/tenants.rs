//! Tables about tenants: members, plans, keys, usage, reports.

use super::Basis::{Contract, Interest, Security};
use super::Category::{Account, Business, Content, Secret, Technical};
use super::Erasure::{Delete, Keep};
use super::{ACCOUNT_LIFE, FOR_EVER, TENANT_LIFE, Table};

pub const API_KEY: Table = Table {
    name: "api_key",
    owner: "keys",
    subject: Some("tenant_id"),
    basis: Contract,
    retention: "90 days after it ended; keys of other systems for the life of the tenant",
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
        ("limit_root", Technical),
        ("bounds_role", Business),
        ("known_networks", Technical),
        ("networks_told_until_ms", Technical),
    ],
};

pub const BUCKET: Table = Table {
    name: "bucket",
    owner: "access",
    subject: Some("id"),
    basis: Security,
    retention: "a day after the last call, when it is full again",
    exported: false,
    erasure: Delete,
    columns: &[
        ("id", Technical),
        ("level", Technical),
        ("level_at_ms", Technical),
        ("before_level", Technical),
        ("before_at_ms", Technical),
    ],
};

pub const ENDPOINT_LIMIT: Table = Table {
    name: "endpoint_limit",
    owner: "tenants",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("plan", Business), ("operation", Business), ("calls", Business), ("window_ms", Business)],
};

pub const INVITATION: Table = Table {
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
};

pub const MEMBERSHIP: Table = Table {
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
};

pub const METRIC: Table = Table {
    name: "metric",
    owner: "usage",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("name", Business), ("unit", Business), ("reset", Business)],
};

pub const PLAN: Table = Table {
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
        ("version", Technical),
    ],
};

pub const PLAN_QUOTA: Table = Table {
    name: "plan_quota",
    owner: "tenants",
    subject: None,
    basis: Interest,
    retention: FOR_EVER,
    exported: false,
    erasure: Keep,
    columns: &[("plan", Business), ("metric", Business), ("quota", Business)],
};

pub const REPORT: Table = Table {
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
};

pub const TENANT: Table = Table {
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
        ("limited", Technical),
        ("state_reason", Content),
        ("state_by", Business),
        ("state_at_ms", Technical),
        ("region", Business),
        ("settings", Content),
        ("version", Technical),
        ("isolation", Business),
        ("schema_step", Technical),
    ],
};

pub const TENANT_DATABASE: Table = Table {
    name: "tenant_database",
    owner: "kit",
    subject: Some("tenant_id"),
    basis: Contract,
    retention: TENANT_LIFE,
    exported: false,
    erasure: Delete,
    columns: &[
        ("tenant_id", Technical),
        ("sealed", Secret),
        ("identity", Technical),
        ("step", Technical),
        ("set_at_ms", Technical),
        ("failures", Technical),
        ("retry_at_ms", Technical),
        ("silent_until_ms", Technical),
        ("attempt", Technical),
        ("attempted_at_ms", Technical),
        ("left_at_ms", Technical),
    ],
};

pub const PRODUCT_ARRIVAL: Table = Table {
    name: "product_arrival",
    owner: "kit",
    subject: Some("tenant_id"),
    basis: Contract,
    retention: "while product data is brought back from the tenant's own database",
    exported: false,
    erasure: Delete,
    columns: &[
        ("tenant_id", Technical),
        ("place", Technical),
        ("moved_table", Technical),
        ("moved_rows", Content),
    ],
};

pub const PRODUCT_INTENT: Table = Table {
    name: "product_intent",
    owner: "kit",
    subject: Some("tenant_id"),
    basis: Contract,
    retention: "until it is done in the tenant's own database",
    exported: false,
    erasure: Delete,
    columns: &[
        ("number", Technical),
        ("id", Technical),
        ("tenant_id", Technical),
        ("sealed", Content),
        ("moved_table", Technical),
        ("moved_rows", Content),
        ("created_at_ms", Technical),
    ],
};

pub const TENANT_KEY: Table = Table {
    name: "tenant_key",
    owner: "kit",
    subject: Some("tenant_id"),
    basis: Security,
    retention: TENANT_LIFE,
    exported: false,
    erasure: Delete,
    columns: &[
        ("tenant_id", Technical),
        ("sealed", Secret),
        ("wrapped_by", Technical),
        ("created_at_ms", Technical),
    ],
};

pub const TENANT_LIMIT: Table = Table {
    name: "tenant_limit",
    owner: "tenants",
    subject: Some("tenant_id"),
    basis: Contract,
    retention: TENANT_LIFE,
    exported: true,
    erasure: Delete,
    columns: &[
        ("tenant_id", Technical),
        ("subject", Business),
        ("operator_calls", Business),
        ("operator_window_ms", Business),
        ("operator_burst", Business),
        ("own_calls", Business),
        ("own_window_ms", Business),
        ("own_burst", Business),
        ("own_role", Business),
        ("version", Technical),
    ],
};

pub const USAGE_COUNTER: Table = Table {
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
};
