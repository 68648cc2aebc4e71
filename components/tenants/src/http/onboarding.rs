//! `GET /api/v1/tenants/{tenant_id}/onboarding`

use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::onboarding::{Step, is_complete};
use crate::service;

/// The checklist of a new tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Onboarding)]
pub struct OnboardingView {
    /// Whether every required step is done.
    complete: bool,
    /// The steps, in the order in which they make sense.
    steps: Vec<StepView>,
}

/// One step.
#[derive(Serialize, ToSchema)]
#[schema(as = OnboardingStep)]
pub struct StepView {
    /// Its name.
    #[schema(example = "key_made")]
    step: &'static str,
    /// Whether a tenant should have done it before it is in earnest.
    required: bool,
    /// Whether it is done.
    done: bool,
    /// When it was; null where that isn't known. Of calls the day is known.
    #[schema(required, format = DateTime)]
    done_at: Option<String>,
    /// What to do; null when it is done.
    #[schema(required)]
    next: Option<NextView>,
}

/// What to do for a step.
#[derive(Serialize, ToSchema)]
#[schema(as = OnboardingNext)]
pub struct NextView {
    /// In words.
    text: &'static str,
    /// By which route.
    #[schema(example = "POST /api/v1/api-keys")]
    route: &'static str,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let (text, route) = step.next;
        Self {
            step: step.step,
            required: step.required,
            done: step.done,
            done_at: step.done_at.map(Timestamp::to_rfc3339),
            next: (!step.done).then_some(NextView { text, route }),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let steps = service::onboarding::steps(cx, request.path_id("tenant_id")?).await?;
    let complete = is_complete(&steps);
    Response::ok(&OnboardingView { complete, steps: steps.into_iter().map(StepView::from).collect() })
}
