//! Tables about people: their accounts, sessions, tokens and second factors; and the keys that tokens are signed with.

use super::Basis::{Contract, Security};
use super::Category::{Account, Secret, Technical};
use super::Erasure::{Delete, Keep};
use super::{ACCOUNT_LIFE, FOR_EVER, Table};

pub const ACCESS_TOKEN: Table = Table {
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
};

pub const ACCOUNT_TOKEN: Table = Table {
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
};

pub const EARLIER_ACCOUNT_TOKEN: Table = Table {
    name: "earlier_account_token",
    owner: "auth",
    subject: Some("user_id"),
    basis: Security,
    retention: "until it expires, or another one of the person is used",
    exported: false,
    erasure: Delete,
    columns: &[
        ("digest", Secret),
        ("user_id", Technical),
        ("purpose", Technical),
        ("expires_at_ms", Technical),
    ],
};

pub const GUESS: Table = Table {
    name: "guess",
    owner: "auth",
    subject: None,
    basis: Security,
    retention: "a day longer than the attempts count, hours",
    exported: false,
    // A keyed digest of an address that somebody typed, or of a network: it leads to nobody, and is soon gone.
    erasure: Keep,
    columns: &[("subject", Secret), ("ready_at_ms", Technical), ("forgotten_at_ms", Technical)],
};

pub const KNOWN_NETWORK: Table = Table {
    name: "known_network",
    owner: "auth",
    subject: Some("user_id"),
    basis: Security,
    // Written by releases before devices were known; a later step drops it.
    retention: "90 days after the last login from it",
    exported: false,
    erasure: Delete,
    columns: &[("user_id", Technical), ("network", Secret), ("expires_at_ms", Technical)],
};

pub const RECOVERY_CODE: Table = Table {
    name: "recovery_code",
    owner: "auth",
    subject: Some("user_id"),
    basis: Security,
    retention: "until it is used, or as long as the second factor",
    exported: false,
    erasure: Delete,
    columns: &[("user_id", Technical), ("digest", Secret)],
};

pub const REFRESH_TOKEN: Table = Table {
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
};

pub const SECOND_FACTOR: Table = Table {
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
        ("wrapped_by", Technical),
        ("created_at_ms", Technical),
        ("confirmed_at_ms", Technical),
        ("last_step", Technical),
    ],
};

pub const SESSION: Table = Table {
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
        ("impersonated", Technical),
    ],
};

pub const SIGNING_KEY: Table = Table {
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
        ("wrapped_by", Technical),
        ("created_at_ms", Technical),
        ("signs_from_ms", Technical),
        ("withdrawn_at_ms", Technical),
    ],
};

pub const USER_ACCOUNT: Table = Table {
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
};
