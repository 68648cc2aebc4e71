//! Answers with one row of PostgreSQL: the floor of what asks the database.

#[cfg(target_family = "wasm")]
mod entry {
    use bytes::Bytes;
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};
    use spin_sdk::pg::wit::postgres::{Connection, ParameterValue};

    #[spin_sdk::http_service]
    async fn handle(_request: Request) -> impl IntoResponse {
        let body = match select().await {
            Ok(rows) => format!("{{\"rows\":{rows}}}"),
            Err(error) => return Err(spin_sdk::http::Error::other(error)),
        };
        Response::builder()
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(FullBody::new(Bytes::from(body)))
            .map_err(spin_sdk::http::Error::from)
    }

    async fn select() -> Result<usize, String> {
        let address = spin_sdk::variables::get("database_url").await.map_err(|error| error.to_string())?;
        let connection = Connection::open(&address).map_err(|error| error.to_string())?;
        let params = [ParameterValue::Str("free".to_owned())];
        let statement = "select name, requests_per_minute, burst from plan where name = $1";
        Ok(connection.query(statement, &params).map_err(|error| error.to_string())?.rows.len())
    }
}
