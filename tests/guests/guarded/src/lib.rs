//! A workload that knows the guard and nothing else of Insula: what a product's own component looks like.
//!
//! It asks the guard with the credential of the request and answers a constant, with the name of the tenant.

#[cfg(target_family = "wasm")]
mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused, reason = "generated")]

    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: [
            "../../../wit/deps/clocks@0.3.0",
            "../../../wit/deps/random@0.3.0",
            "../../../wit/deps/filesystem@0.3.0",
            "../../../wit/deps/sockets@0.3.0",
            "../../../wit/deps/cli@0.3.0",
            "../../../wit/deps/http@0.3.0",
            "../../../wit/access",
            "../../../wit/workload",
        ],
        world: "insula:workload/platform",
        generate_all,
    });
}

#[cfg(target_family = "wasm")]
mod entry {
    use bytes::Bytes;
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};

    use crate::bindings::insula::access::guard::{self, Demand, Denial};
    use crate::bindings::insula::access::types::{CallerKinds, Permission};

    #[spin_sdk::http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        let credential = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let credential = credential.and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned);
        let client = request.headers().get("spin-client-addr").and_then(|value| value.to_str().ok());
        let client = client.map(str::to_owned);
        let demand = Demand {
            permission: Some(Permission::Analyze),
            callers: CallerKinds::PERSON | CallerKinds::API_KEY,
            tenant_id: None,
            tenant_required: true,
            metered: true,
            operation: None,
            client,
        };
        let (status, body) = match guard::admit(credential, demand).await {
            Ok(grant) => {
                let tenant_id = grant.membership.map(|membership| membership.tenant_id).unwrap_or_default();
                (200, format!("{{\"answer\":42,\"tenant_id\":\"{tenant_id}\"}}"))
            }
            Err(denial) => (status(&denial), "{}".to_owned()),
        };
        Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(FullBody::new(Bytes::from(body)))
            .map_err(spin_sdk::http::Error::from)
    }

    fn status(denial: &Denial) -> u16 {
        match denial {
            Denial::Unauthenticated => 401,
            Denial::Forbidden | Denial::Suspended => 403,
            Denial::Hidden => 404,
            Denial::RateLimited(_) | Denial::QuotaExceeded(_) => 429,
            Denial::Failed(_) => 503,
        }
    }
}
