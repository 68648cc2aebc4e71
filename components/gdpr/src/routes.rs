//! The route table.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media, Query};
use insula_kit::page::Page;
use insula_kit::problem::NOT_FOUND;
use insula_kit::route::{Access, Body, Method, Route};

use crate::error::{LOG_ALTERED, NO_CHECKPOINT};
use crate::http::checkpoint::CheckpointView;
use crate::http::due::DueView;
use crate::http::key::KeyView;
use crate::http::proof::ProofView;
use crate::http::verify::VerificationView;
use crate::http::view::EntryView;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Shows a tenant's audit log, or writes it to a file.
    List,
    /// Shows a checkpoint of it.
    GetCheckpoint,
    /// Signs it as it is now.
    MakeCheckpoint,
    /// Proves that an entry is in it, or that it goes on from what it was.
    Prove,
    /// Checks all of it.
    Verify,
    /// Tells what checkpoints are checked with.
    GetKey,
    /// Signs the logs that are due.
    SignDue,
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    read("/api/v1/tenants/{tenant_id}/audit-log", Operation::List, LIST),
    read(CHECKPOINT, Operation::GetCheckpoint, GET_CHECKPOINT),
    act(CHECKPOINT, Operation::MakeCheckpoint, MAKE_CHECKPOINT),
    read("/api/v1/tenants/{tenant_id}/audit-log/proof", Operation::Prove, PROVE),
    act("/api/v1/tenants/{tenant_id}/audit-log/verify", Operation::Verify, VERIFY),
    Route {
        access: Access::Public,
        ..read("/api/v1/audit-log-keys/{tenant_id}", Operation::GetKey, GET_KEY)
    },
    Route {
        access: Access::Operator,
        ..act("/internal/audit-log/checkpoints", Operation::SignDue, SIGN_DUE)
    },
];

const CHECKPOINT: &str = "/api/v1/tenants/{tenant_id}/audit-log/checkpoint";

const fn read(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    Route {
        method: Method::Get,
        path,
        operation,
        access: Access::PermissionOrOperator(Permission::ViewAudit),
        metered: false,
        creates: false,
        body: Body::None,
        doc,
    }
}

const fn act(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    Route { method: Method::Post, ..read(path, operation, doc) }
}

const LIST: Doc = Doc {
    id: "list_audit_log",
    summary: "Read the audit log",
    about: "Newest first: what was done in the tenant, when and by whom. A page may hold fewer entries than `limit`, or \
            none, and still have a next one: of a long log a bounded part is looked through for one answer. What tells \
            who somebody is, the address that a call came from, is shown to the tenant's own callers and withheld from \
            the operator; of a person who was erased it is gone. When the operator reads, that is itself an entry. With \
            `format=ndjson` the answer is the whole log as a file, which `insula audit verify` checks: every entry, \
            oldest first, with personal parts sealed, and a checkpoint of all of them. That it was exported is an entry \
            itself, the last one. An answer that breaks off has no checkpoint at its end: `first_entry` goes on from there.",
    query: &[
        Query { name: "limit", about: "The most items in the answer: 1 to 200, 50 when absent." },
        Query { name: "cursor", about: "`next_cursor` of the page before. Absent for the first page." },
        Query { name: "from", about: "Only what was done then or later: RFC 3339." },
        Query { name: "to", about: "Only what was done earlier: RFC 3339." },
        Query {
            name: "actor",
            about: "Only what was done by it: the id of a person or of a key, or `operator`, `system`, `anonymous`.",
        },
        Query { name: "action", about: "Only this action, `key.created` for one." },
        Query {
            name: "format",
            about: "`ndjson` for the whole log as a file; without the parameters above.",
        },
        Query {
            name: "first_entry",
            about: "With `ndjson`: only the lines from that entry on. Absent: all, with the header.",
        },
    ],
    answers: &[
        Answer::json::<Page<EntryView>>(200, "One page of entries."),
        Answer {
            status: 200,
            about: "The log as a file.",
            body: Some(Media::of::<String>("application/x-ndjson")),
        },
    ],
    problems: &[&LOG_ALTERED, &NOT_FOUND],
};

const GET_CHECKPOINT: Doc = Doc {
    id: "get_audit_checkpoint",
    summary: "Read a checkpoint of the audit log",
    about: "How long the log is and the root of the tree over it, signed. Keep it: whoever has it can see that a later log \
            goes on from this one. One is made every ten minutes in which the log grows, and when it is asked for.",
    query: &[
        Query { name: "size", about: "The one that covers so many entries. Absent: the newest." },
        Query {
            name: "format",
            about: "`note` for the signed note alone, as text; absent or `json` for JSON.",
        },
    ],
    answers: &[
        Answer::json::<CheckpointView>(200, "The checkpoint."),
        Answer { status: 200, about: "The signed note.", body: Some(Media::of::<String>("text/plain")) },
    ],
    problems: &[&NO_CHECKPOINT, &LOG_ALTERED, &NOT_FOUND],
};

const MAKE_CHECKPOINT: Doc = Doc {
    id: "make_audit_checkpoint",
    summary: "Sign the audit log as it is now",
    about: "That it was asked for is an entry, which the checkpoint covers. A log that does not go on from what was signed \
            before is not signed.",
    query: &[],
    answers: &[Answer::json::<CheckpointView>(200, "The checkpoint.")],
    problems: &[&LOG_ALTERED, &NOT_FOUND],
};

const PROVE: Doc = Doc {
    id: "get_audit_proof",
    summary: "Prove an entry, or that the log only grew",
    about: "With `entry`: that it is in the tree, which shows one entry without the others. With `from`: that the tree of \
            that size is the beginning of a later one. Whoever has the checkpoints needs nothing else to check it \
            (RFC 9162, 2.1.3.2 and 2.1.4.2).",
    query: &[
        Query { name: "entry", about: "The entry's place, counted from 0." },
        Query {
            name: "size",
            about: "With `entry`: the size of the tree. Absent: that of the newest checkpoint.",
        },
        Query { name: "from", about: "The size of the earlier tree." },
        Query {
            name: "to",
            about: "With `from`: the size of the later tree. Absent: that of the newest checkpoint.",
        },
    ],
    answers: &[Answer::json::<ProofView>(200, "The proof.")],
    problems: &[&NO_CHECKPOINT, &LOG_ALTERED, &NOT_FOUND],
};

const VERIFY: Doc = Doc {
    id: "verify_audit_log",
    summary: "Check the whole audit log",
    about: "Every entry, its link, what it is found by, the stored tree, and every checkpoint; the first thing that is wrong \
            is named. Of a very long log one call checks a part: go on while `next` says where. That it was checked is an \
            entry itself. Whoever does not trust this server exports the log and checks it elsewhere.",
    query: &[Query {
        name: "first_entry",
        about: "`next` of the answer before. Absent: from the beginning.",
    }],
    answers: &[Answer::json::<VerificationView>(200, "What came of it, right or wrong.")],
    problems: &[&NOT_FOUND],
};

const GET_KEY: Doc = Doc {
    id: "get_audit_key",
    summary: "What a tenant's audit log is checked with",
    about: "For everybody, so that a stranger need not take the key from who hands over the log. It is answered for every \
            id, whether there is such a tenant or not.",
    query: &[],
    answers: &[
        Answer::json::<KeyView>(200, "The key."),
        Answer::empty(304, "The key is still the one that `If-None-Match` names."),
    ],
    problems: &[&NOT_FOUND],
};

const SIGN_DUE: Doc = Doc {
    id: "sign_audit_logs",
    summary: "Signs the audit logs that are due",
    about: "The tick calls it. It is safe to call by many at once and at any time, and works for a bounded time.",
    query: &[],
    answers: &[Answer::json::<DueView>(200, "What was done.")],
    problems: &[],
};
