//! Answers a constant: the floor that everything is measured against.

#[cfg(target_family = "wasm")]
mod entry {
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};

    const BODY: &[u8] = b"{\"answer\":42}";

    #[spin_sdk::http_service]
    async fn handle(_request: Request) -> impl IntoResponse {
        Response::builder()
            .header("content-type", "application/json")
            .header("content-length", BODY.len())
            .body(FullBody::new(BODY))
            .map_err(spin_sdk::http::Error::from)
    }
}
