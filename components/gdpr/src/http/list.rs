//! `GET /api/v1/tenants/{tenant_id}/audit-log`

use insula_kit::page::{Ask, Page};
use insula_kit::validate::{Errors, FieldError};
use insula_kit::{Cx, Problem, Request, Response};

use super::number;
use super::view::EntryView;
use crate::filter::{self, Actor, Filter};
use crate::service;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    if let Some(format) = request.query("format") {
        return export(cx, request, format).await;
    }
    if request.query("first_entry").is_some() {
        return Err(FieldError::query("first_entry", "unknown", "is a parameter of `format=ndjson`").into());
    }
    let ask = Ask::read_by(request, |cursor| cursor.parse::<u64>().ok().map(|place| place.to_string()))?;
    let filter = read(request)?;
    let tenant_id = request.path_id("tenant_id")?;
    let before = ask.after.parse().ok();
    let part = service::list::page(cx, tenant_id, &filter, before, ask.limit).await?;
    let next_cursor = part.next.map(|place| Page::<()>::cursor(&place.to_string()));
    Response::ok(&Page { items: part.items.into_iter().map(EntryView::from).collect(), next_cursor })
}

/// The whole log, or what is left of it from an entry on: a part of it would prove nothing.
async fn export(cx: &Cx, request: &Request, format: &str) -> Result<Response, Problem> {
    if format != "ndjson" {
        return Err(FieldError::query("format", "unknown", "must be `ndjson`, or absent for a page").into());
    }
    for name in ["limit", "cursor", "from", "to", "actor", "action"] {
        if request.query(name).is_some() {
            return Err(FieldError::query(name, "unknown", "is no parameter of `format=ndjson`").into());
        }
    }
    let first = number(request, "first_entry")?.unwrap_or(0);
    let lines = service::export::lines(cx, request.path_id("tenant_id")?, first).await?;
    Ok(Response::streamed("application/x-ndjson", lines))
}

fn read(request: &Request) -> Result<Filter, Vec<FieldError>> {
    let mut errors = Errors::default();
    let mut time =
        |name| request.query(name).map(|text| errors.keep(filter::time(name, text))).unwrap_or_default();
    let (from, to) = (time("from"), time("to"));
    let actor = request.query("actor").map(|text| errors.keep(Actor::parse(text))).unwrap_or_default();
    let action = request.query("action").map(|text| errors.keep(filter::action(text))).unwrap_or_default();
    errors.finish(Some(Filter { from, to, actor, action }))
}
