//! The route table.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::route::{Access, Body, Method, Route};

use crate::catalogue::ProblemKind;
use crate::http::health::{HealthView, LivenessView};
use crate::http::mail::MailView;
use crate::http::mailbox::DeliveredView;
use crate::http::migrate::MigrationView;
use crate::http::problems::CatalogueView;
use crate::http::tick::TickView;

/// What this component does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Tells whether the server can answer.
    GetHealth,
    /// Tells that the process runs.
    GetLiveness,
    /// The same as [`Self::GetHealth`], under the name that orchestrators use.
    GetReadiness,
    /// Shows all kinds of problems.
    ListProblems,
    /// Shows one kind of problem.
    GetProblem,
    /// Sends the OpenAPI document.
    GetOpenapi,
    /// Shows the documentation.
    GetDocs,
    /// Brings the schema up to date.
    Migrate,
    /// Does what is due.
    Tick,
    /// Lists the outbox.
    ListMail,
    /// Lists what `mailer-log` has delivered.
    ListMailbox,
}

const HTML: &str = "text/html";
const NOT_READY: &str = "The database is out of reach, or older than this release needs.";

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    read("/health", Operation::GetHealth, HEALTH),
    read("/health/live", Operation::GetLiveness, LIVENESS),
    read("/health/ready", Operation::GetReadiness, READINESS),
    read("/problems", Operation::ListProblems, LIST_PROBLEMS),
    read("/problems/{slug}", Operation::GetProblem, GET_PROBLEM),
    read("/openapi.json", Operation::GetOpenapi, OPENAPI),
    read("/docs", Operation::GetDocs, DOCS),
    operate("/internal/migrate", Operation::Migrate, MIGRATE),
    operate("/internal/tick", Operation::Tick, TICK),
    inspect("/internal/mail", Operation::ListMail, LIST_MAIL),
    inspect("/internal/mailbox", Operation::ListMailbox, LIST_MAILBOX),
];

const fn read(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    Route {
        method: Method::Get,
        path,
        operation,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::None,
        doc,
    }
}

const fn operate(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    Route { method: Method::Post, access: Access::Operator, ..read(path, operation, doc) }
}

const fn inspect(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    Route { access: Access::Operator, ..read(path, operation, doc) }
}

const fn doc(
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    answers: &'static [Answer],
) -> Doc {
    Doc { id, summary, about, query: &[], answers, problems: &[] }
}

const fn page(about: &'static str) -> Answer {
    Answer { status: 200, about, body: Some(Media::of::<String>(HTML)) }
}

const HEALTH: Doc = doc(
    "get_health",
    "Whether the server can answer",
    "Asks the database for the number of its newest migration.",
    &[
        Answer::json::<HealthView>(200, "Everything that is needed is there."),
        Answer::json::<HealthView>(503, NOT_READY),
    ],
);

const LIVENESS: Doc = doc(
    "get_liveness",
    "Whether the process runs",
    "Asks nothing else, so a database that is away does not get the process restarted.",
    &[Answer::json::<LivenessView>(200, "It runs.")],
);

const READINESS: Doc = doc(
    "get_readiness",
    "Whether the server can answer, for orchestrators",
    "The same as `GET /health`.",
    &[
        Answer::json::<HealthView>(200, "Everything that is needed is there."),
        Answer::json::<HealthView>(503, NOT_READY),
    ],
);

const LIST_PROBLEMS: Doc = doc(
    "list_problems",
    "All kinds of problems",
    "A page for people; JSON when `Accept` prefers `application/json`.",
    &[page("Every kind."), Answer::json::<CatalogueView>(200, "Every kind.")],
);

const GET_PROBLEM: Doc = Doc {
    problems: &[&insula_kit::problem::NOT_FOUND],
    ..doc(
        "get_problem",
        "One kind of problem",
        "What the `type` of a problem leads to. A page for people; JSON when `Accept` prefers `application/json`.",
        &[page("What it means and what to do."), Answer::json::<ProblemKind>(200, "The same as JSON.")],
    )
};

const OPENAPI: Doc = doc(
    "get_openapi",
    "This document",
    "OpenAPI 3.1, written from the route tables of all components.",
    &[
        Answer::json::<serde_json::Value>(200, "The document."),
        Answer::empty(304, "The document is still the one that `If-None-Match` names."),
    ],
);

const DOCS: Doc = doc(
    "get_docs",
    "The documentation, for people",
    "The OpenAPI document as one page without scripts.",
    &[page("The page."), Answer::empty(304, "The page is still the one that `If-None-Match` names.")],
);

const MIGRATE: Doc = doc(
    "migrate",
    "Brings the database's schema up to date",
    "Each step happens whole or not at all, and once, however many callers there are. What was done is not done \
     again, so it is safe to call at any time, and first of all on an empty database.",
    &[Answer::json::<MigrationView>(200, "The schema is up to date.")],
);

const TICK: Doc = doc(
    "tick",
    "Does what is due by schedule",
    "Call it about once a minute. It is safe to call by many at once and at any time: each piece of work is done \
     once. It works for a bounded time; what is left over is due at the next call.",
    &[Answer::json::<TickView>(200, "What was done.")],
);

const LIST_MAIL: Doc = Doc {
    query: page::QUERY,
    ..doc(
        "list_mail",
        "List the outbox",
        "Newest first: every mail of the last 30 days, and what became of it. What a mail says, and to whom, is kept \
         sealed until it is delivered or given up, and not at all after that.",
        &[Answer::json::<Page<MailView>>(200, "One page of mails.")],
    )
};

const LIST_MAILBOX: Doc = Doc {
    query: page::QUERY,
    ..doc(
        "list_mailbox",
        "Read the mailbox",
        "Newest first: what the component `mailer-log` delivered in the last 7 days, with address and text, for \
         development. Empty where another mailer delivers.",
        &[Answer::json::<Page<DeliveredView>>(200, "One page of mails.")],
    )
};
