//! Middleware for tests of the order in which a request passes. The end of the path says what it does.
//!
//! | Path     | Does                                                                              |
//! |----------|-----------------------------------------------------------------------------------|
//! | `…/own`  | answers 418 itself                                                                |
//! | `…/trap` | traps                                                                             |
//! | others   | passes the request on, with `x-middle: TENANT` as its `insula-tenant` is by then  |

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
            "../../../wit/gateway",
        ],
        world: "insula:gateway/next",
        with: { "wasi:http/types@0.3.0": spin_sdk::wasip3::http::types },
        generate_all,
    });
}

#[cfg(target_family = "wasm")]
mod entry {
    #![allow(unsafe_code, reason = "the generated entry point")]

    use spin_sdk::wasip3::exports::http::handler::Guest;
    use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request, Response};
    use spin_sdk::wasip3::wit_future;

    use crate::bindings::wasi::http::handler;

    struct Middle;
    spin_sdk::wasip3::http::service::export!(Middle);

    impl Guest for Middle {
        async fn handle(request: Request) -> Result<Response, ErrorCode> {
            let path = request.get_path_with_query().unwrap_or_default();
            match path.rsplit('/').next().unwrap_or_default() {
                "own" => {
                    let (_, no_trailers) = wit_future::new(|| Ok(None));
                    let (response, _) = Response::new(Fields::new(), None, no_trailers);
                    let _ = response.set_status_code(418);
                    Ok(response)
                }
                "trap" => std::process::abort(),
                _ => handler::handle(marked(request)).await,
            }
        }
    }

    fn marked(request: Request) -> Request {
        let (path, authority) = (request.get_path_with_query(), request.get_authority());
        let (method, scheme) = (request.get_method(), request.get_scheme());
        let list: Vec<_> =
            request.get_headers().copy_all().into_iter().filter(|(name, _)| name != "host").collect();
        let fields = Fields::from_list(&list).unwrap_or_else(|_| Fields::new());
        let tenant = fields.get("insula-tenant").concat();
        let _ = fields.append("x-middle", &tenant);
        let (_, read) = wit_future::new(|| Ok(()));
        let (body, trailers) = Request::consume_body(request, read);
        let (request, _) = Request::new(fields, Some(body), trailers, None);
        let _ = request.set_method(&method);
        let _ = request.set_scheme(scheme.as_ref());
        let _ = request.set_path_with_query(path.as_deref());
        let _ = request.set_authority(authority.as_deref());
        request
    }
}
