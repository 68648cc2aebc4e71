//! `Idempotency-Key`: a request that makes something may be sent again, and is answered as the first time.
//!
//! The answer is kept for 24 hours by caller, operation and key (a stranger is known by the body alone), in the same
//! batch as the change that it reports, so there is never one without the other. It is kept sealed ([`crate::seal`])
//! under a key that the idempotency key is part of, because an answer may hold a secret that is shown once; of the
//! idempotency key and of the body only digests are kept. Refusals and failures are not kept: they changed nothing, and
//! the request may succeed when it is sent again.

use insula_domain::credential::{digest, hexadecimal};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::guard::Caller;
use crate::params;
use crate::problem::{IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID, Problem};
use crate::response::Response;
use crate::schema::Failure;
use crate::seal;
use crate::sql::{self, Scope, Statement};
use crate::validate::FieldError;

const GET: &str = include_str!("../sql/idempotency_get.sql");
const INSERT: &str = include_str!("../sql/idempotency_insert.sql");

/// How long an answer is kept: 24 hours.
pub const KEPT_MS: i64 = 86_400_000;
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 1..=255;

/// What a request with an idempotency key will leave behind, if it succeeds.
#[derive(Clone, Debug)]
pub struct Claim {
    caller: String,
    key_digest: String,
    body_digest: String,
    info: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Looks for the answer of an earlier request with the same key. Returns it if there is one; if not, the change that
/// the request makes will keep its answer.
///
/// # Errors
///
/// `idempotency-key-reused` for another body of the same caller, `invalid` for a key that isn't 1 to 255 visible ASCII
/// characters.
pub async fn begin(cx: &Cx, body_digest: [u8; 32]) -> Result<Option<Response>, Problem> {
    let Some(key) = &cx.idempotency_key else { return Ok(None) };
    if !KEY_LENGTH.contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = "must be 1 to 255 visible ASCII characters";
        let error = FieldError { pointer: "Idempotency-Key".into(), code: "header", detail: detail.into() };
        return Err(Problem::new(&INVALID).at(error));
    }
    cx.prepare_digests().await?;
    let body_digest = fingerprint(cx, &body_digest)?;
    let caller = name(cx, &body_digest);
    let claim = Claim {
        info: format!("idempotency\n{caller}\n{}\n{key}", cx.operation),
        key_digest: digest(key),
        body_digest,
        caller,
    };
    let found = find(cx, &claim).await?;
    *cx.claim.borrow_mut() = Some(claim);
    Ok(found)
}

/// Makes the change and keeps the answer, both or neither, and returns the answer: this request's, or that of an
/// equal request which was faster.
///
/// # Errors
///
/// What `refused` makes of a required statement that returned no row, by its place; and failures of the database.
pub async fn commit<E>(
    cx: &Cx,
    scope: Scope,
    statements: Vec<Statement>,
    answer: Response,
    refused: impl FnOnce(usize) -> E,
) -> Result<Response, Problem>
where
    Problem: From<E>,
{
    attempt(cx, scope, statements, answer).await?.map_err(|at| refused(at).into())
}

/// As [`commit`], for callers that have to look again before they can say why a statement was refused: the inner
/// error is its place.
///
/// # Errors
///
/// Failures of the database.
pub async fn attempt(
    cx: &Cx,
    scope: Scope,
    mut statements: Vec<Statement>,
    answer: Response,
) -> Result<Result<Response, usize>, Problem> {
    let claim = cx.claim.borrow().clone();
    let place = statements.len();
    if let Some(claim) = &claim {
        statements.push(keep(cx, claim, &answer)?);
    }
    let at = match cx.batch(scope, statements).await {
        Ok(_) => return Ok(Ok(answer)),
        Err(Failure::Database(sql::Error::Refused(at))) => at,
        Err(failure) => return Err(failure.into()),
    };
    match claim {
        // Refused is the kept answer itself: an equal request was faster. Whatever else is refused for that reason,
        // `serve` looks for it.
        Some(claim) if at == place => find(cx, &claim).await?.map(Ok).ok_or_else(busy),
        _ => Ok(Err(at)),
    }
}

/// The faster request was there and is gone: its answer expired in between. The request may be sent again.
fn busy() -> Problem {
    sql::Error::Busy.into()
}

/// The answer of an equal request that has come since this one looked for it. `serve` asks for it when an operation is
/// refused; an operation asks that does something about the refusal.
///
/// # Errors
///
/// As [`begin`], and failures of the database.
pub async fn find_again(cx: &Cx) -> Result<Option<Response>, Problem> {
    let claim = cx.claim.borrow().clone();
    match claim {
        Some(claim) => find(cx, &claim).await,
        None => Ok(None),
    }
}

async fn find(cx: &Cx, claim: &Claim) -> Result<Option<Response>, Problem> {
    let params = params![&claim.caller, cx.operation, &claim.key_digest, cx.now()];
    let rows = cx.query(cx.scope(), Statement::new(GET, params)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    if row.text("body_digest")? != claim.body_digest {
        return Err(Problem::new(&IDEMPOTENCY_KEY_REUSED));
    }
    let kept = seal::open_with(cx.master_keys()?, &claim.info, &row.text("answer")?)
        .and_then(|text| serde_json::from_str::<Kept>(&text).ok())
        .ok_or_else(|| Problem::from(sql::Error::Decode("answer".to_owned())))?;
    let response = Response { headers: kept.headers, ..Response::of(kept.status, "", kept.body) };
    Ok(Some(response.header("idempotency-replayed", "true")))
}

fn keep(cx: &Cx, claim: &Claim, answer: &Response) -> Result<Statement, Problem> {
    let unwritable = || Problem::new(&INTERNAL).caused_by(sql::Error::Decode("answer".to_owned()));
    let body = String::from_utf8(answer.body.to_vec()).map_err(|_| unwritable())?;
    let kept = Kept { status: answer.status, headers: answer.headers.clone(), body };
    let text = serde_json::to_string(&kept).map_err(|_| unwritable())?;
    let sealed =
        seal::seal(cx.master_keys()?.current(), &claim.info, cx.random()?, &text).ok_or_else(unwritable)?;
    let now = cx.now();
    let params = params![
        &claim.caller,
        cx.operation,
        &claim.key_digest,
        &claim.body_digest,
        sealed,
        now.plus_ms(KEPT_MS),
        now
    ];
    Ok(Statement::required(INSERT, params))
}

/// What is kept of the body: its digest under the platform's key. A plain digest of a body that holds a password would let
/// a thief of the database guess the password at the speed of SHA-256.
fn fingerprint(cx: &Cx, body_digest: &[u8; 32]) -> Result<String, Problem> {
    cx.keyed_digest("idempotency body", &hexadecimal(body_digest))
}

/// Who the caller is, as far as its requests can be equal: the same person in another tenant is another caller.
///
/// Nobody knows who a stranger is, so each body is a caller of its own: a stranger can neither use up the keys of
/// another nor be told its answer, unless it knows the whole body.
fn name(cx: &Cx, body_digest: &str) -> String {
    let tenant = cx.membership().map(|membership| membership.tenant_id.to_string()).unwrap_or_default();
    match cx.caller() {
        Caller::Anonymous => format!("anonymous:{body_digest}"),
        Caller::Operator => "operator".to_owned(),
        Caller::Person { user_id, .. } => format!("{user_id}:{tenant}"),
        Caller::ApiKey { key_id, .. } => format!("{key_id}:{tenant}"),
        // The person's own requests are none of the operator's: their answers may hold secrets.
        Caller::Impersonator { session_id, .. } => format!("{session_id}:{tenant}"),
    }
}
