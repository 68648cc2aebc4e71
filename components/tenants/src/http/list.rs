//! `GET /api/v1/tenants` and `GET /api/v1/workspaces`

use insula_domain::lifecycle::State;
use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::validate::{Errors, FieldError};
use insula_kit::{Cx, Problem, Request, Response};

use super::view::TenantView;
use crate::service;
use crate::tenant::{Filter, Region};

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Tenant>(request)?;
    let page = service::list(cx, &read(request)?, &ask, request.path()).await?;
    Response::ok(&page.map(|tenant| TenantView::from(&tenant)))
}

fn read(request: &Request) -> Result<Filter, Vec<FieldError>> {
    let mut errors = Errors::default();
    let state = |text: &str| {
        let names = State::ALL.map(State::as_str).join(", ");
        State::parse(text)
            .ok_or_else(|| FieldError::query("state", "unknown", format!("must be one of {names}")))
    };
    let state = request.query("state").map(|text| errors.keep(state(text))).unwrap_or_default();
    // A plan that there is none of is no tenant's.
    let plan = request.query("plan").map(str::to_owned);
    let of_query = |error: FieldError| FieldError { pointer: "?region".to_owned(), ..error };
    let region = |text| Region::parse(text).map_err(of_query);
    let region = request.query("region").map(|text| errors.keep(region(text))).unwrap_or_default();
    errors.finish(Some(Filter { state, plan, region }))
}
