//! `GET /api/v1/tenants/{tenant_id}/diagnostics`

use std::collections::BTreeMap;

use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::diagnosis::{Check, Diagnosis, Fact};
use crate::service;

/// What may be wrong with a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Diagnostics)]
pub struct DiagnosticsView {
    /// "I see nothing": who is let in, what it may see, whether anything is there.
    sees_nothing: Vec<CheckView>,
    /// "I see wrong data": whether the database keeps tenants apart, and what is stored hangs together.
    sees_wrong_data: Vec<CheckView>,
    /// "It is slow": how long the database takes in this very request, and how it finds rows.
    is_slow: Vec<CheckView>,
}

/// One check.
#[derive(Serialize, ToSchema)]
#[schema(as = DiagnosticsCheck)]
pub struct CheckView {
    /// Its name.
    #[schema(example = "tenant_state")]
    check: &'static str,
    /// `ok`: it isn't that. `problem`: it may be that. `unknown`: it can't be told here.
    #[schema(example = "ok")]
    outcome: &'static str,
    /// What it looked at: numbers, and a few names. What ends in `_us` is in microseconds.
    found: BTreeMap<String, FactView>,
    /// What to do about it; null where nothing is to be done.
    #[schema(required)]
    remedy: Option<&'static str>,
}

/// A fact.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DiagnosticsFact)]
pub enum FactView {
    /// How many, or how long; truth is 0 or 1.
    Number(i64),
    /// A name.
    Text(String),
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        let fact = |fact| match fact {
            Fact::Number(number) => FactView::Number(number),
            Fact::Text(text) => FactView::Text(text),
        };
        Self {
            check: check.check,
            outcome: check.outcome.as_str(),
            found: check.found.into_iter().map(|(name, found)| (name, fact(found))).collect(),
            remedy: check.remedy,
        }
    }
}

impl From<Diagnosis> for DiagnosticsView {
    fn from(diagnosis: Diagnosis) -> Self {
        let view = |checks: Vec<Check>| checks.into_iter().map(CheckView::from).collect();
        Self {
            sees_nothing: view(diagnosis.nothing),
            sees_wrong_data: view(diagnosis.wrong),
            is_slow: view(diagnosis.slow),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let tenant_id = request.path_id("tenant_id")?;
    let diagnosis = service::diagnosis::of(cx, tenant_id, request.query("subject")).await?;
    Response::ok(&DiagnosticsView::from(diagnosis))
}
