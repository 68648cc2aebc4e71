//! `GET /health`, `GET /health/live`, `GET /health/ready`

use insula_kit::{Cx, Problem, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::health::{self, Database};

/// Whether the server can answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthView {
    status: Status,
    database: DatabaseStatus,
    /// The number of the database's newest migration, 0 for an empty database; null when it does not answer.
    #[schema(required, example = 5, minimum = 0)]
    schema: Option<u32>,
    /// The release that answers.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Whether everything is there that answering needs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthStatus)]
enum Status {
    /// It is.
    Ok,
    /// Something is missing.
    Degraded,
}

/// How the database is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum DatabaseStatus {
    /// It is there and up to date.
    Ok,
    /// It does not answer.
    Unreachable,
    /// Its schema is older than this release needs.
    NotMigrated,
}

/// The process runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Liveness)]
pub struct LivenessView {
    status: Alive,
}

/// That it runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LivenessStatus)]
enum Alive {
    /// It runs.
    Ok,
}

/// Answers 200 when the database is ready, else 503 with the same body.
pub async fn ready(cx: &Cx) -> Result<Response, Problem> {
    answer(health::check(cx.db()).await)
}

/// Answers without asking anything.
pub fn live() -> Result<Response, Problem> {
    Response::ok(&LivenessView { status: Alive::Ok })
}

fn answer(database: Database) -> Result<Response, Problem> {
    let (code, status, database, schema) = match database {
        Database::Ready { schema } => (200, Status::Ok, DatabaseStatus::Ok, Some(schema)),
        Database::NotMigrated { schema } => {
            (503, Status::Degraded, DatabaseStatus::NotMigrated, Some(schema))
        }
        Database::Unreachable => (503, Status::Degraded, DatabaseStatus::Unreachable, None),
    };
    Response::json(code, &HealthView { status, database, schema, version: env!("CARGO_PKG_VERSION") })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(database: Database) -> (u16, Value) {
        let response = answer(database).unwrap();
        assert_eq!(response.headers[0], ("content-type".to_owned(), "application/json".to_owned()));
        (response.status, response.read().unwrap())
    }

    #[test]
    fn a_ready_database_is_200_and_any_other_is_503_with_the_same_body() {
        let version = env!("CARGO_PKG_VERSION");
        let body = |status, database, schema: Option<u32>| json!({"status": status, "database": database, "schema": schema, "version": version});
        assert_eq!(told(Database::Ready { schema: 5 }), (200, body("ok", "ok", Some(5))));
        assert_eq!(
            told(Database::NotMigrated { schema: 0 }),
            (503, body("degraded", "not-migrated", Some(0)))
        );
        assert_eq!(told(Database::Unreachable), (503, body("degraded", "unreachable", None)));
    }

    #[test]
    fn liveness_says_that_the_process_runs() {
        let response = live().unwrap();
        assert_eq!((response.status, response.read::<Value>().unwrap()), (200, json!({"status": "ok"})));
    }
}
