//! A workload that knows nothing of Insula: what stands behind the gateway. The end of the path says what it does.
//!
//! | Path        | Answers                                                                                  |
//! |-------------|------------------------------------------------------------------------------------------|
//! | `…/told`    | the method, the path and the headers that it got, as JSON                                |
//! | `…/echo`    | the body, each piece as it comes                                                         |
//! | `…/length`  | how many bytes the body has                                                              |
//! | `…/trailers` | the names of the trailers behind the body, as JSON                                      |
//! | `…/report`  | with what the headers `x-report` and `x-audit` say as `insula-usage` and `insula-audit`, and with headers that it may not |
//! | `…/missing` | a 404 of its own                                                                         |
//! | `…/silent`  | nothing: the handler fails                                                               |
//! | `…/panic`   | nothing: the handler traps                                                               |
//! | others      | a constant                                                                               |

#[cfg(target_family = "wasm")]
mod entry {
    #![allow(unsafe_code, reason = "the generated entry point")]

    use serde_json::json;
    use spin_sdk::wasip3::exports::http::handler::Guest;
    use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request, Response};
    use spin_sdk::wasip3::wit_bindgen::StreamReader;
    use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

    struct Workload;
    spin_sdk::wasip3::http::service::export!(Workload);

    impl Guest for Workload {
        async fn handle(request: Request) -> Result<Response, ErrorCode> {
            let path = request.get_path_with_query().unwrap_or_default();
            let path = path.split('?').next().unwrap_or_default();
            match path.rsplit('/').next().unwrap_or_default() {
                "told" => Ok(told(&request)),
                "echo" => Ok(streamed(body(request))),
                "length" => Ok(whole(200, &[], length(body(request)).await.to_string())),
                "trailers" => Ok(whole(200, &[], json!(trailers(request).await).to_string())),
                "report" => Ok(report(&request)),
                "missing" => Ok(whole(404, &[], "no such thing".to_owned())),
                "silent" => Err(ErrorCode::InternalError(Some("secret words".to_owned()))),
                "panic" => std::process::abort(),
                _ => Ok(whole(200, &[("content-type", b"application/json")], "{\"answer\":42}".to_owned())),
            }
        }
    }

    fn told(request: &Request) -> Response {
        let headers: Vec<(String, String)> = request
            .get_headers()
            .copy_all()
            .into_iter()
            .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
            .collect();
        let told = json!({
            "method": format!("{:?}", request.get_method()).to_lowercase().replace("method::", ""),
            "path": request.get_path_with_query(),
            "authority": request.get_authority(),
            "headers": headers,
        });
        whole(200, &[("content-type", b"application/json")], told.to_string())
    }

    fn report(request: &Request) -> Response {
        let said = |name: &str, asked: &str| {
            let values = request.get_headers().get(asked).into_iter();
            values.map(|value| (name.to_owned(), value)).collect::<Vec<_>>()
        };
        let mut list = [said("insula-usage", "x-report"), said("insula-audit", "x-audit")].concat();
        list.push(("insula-tenant".to_owned(), b"somebody else's".to_vec()));
        list.push(("x-request-id".to_owned(), b"mine".to_vec()));
        list.push(("ratelimit".to_owned(), b"mine".to_vec()));
        list.push(("x-kept".to_owned(), b"kept".to_vec()));
        let list: Vec<(&str, &[u8])> =
            list.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        whole(200, &list, "reported".to_owned())
    }

    fn body(request: Request) -> StreamReader<u8> {
        let (_, read) = wit_future::new(|| Ok(()));
        Request::consume_body(request, read).0
    }

    async fn trailers(request: Request) -> Vec<String> {
        let (_, read) = wit_future::new(|| Ok(()));
        let (body, trailers) = Request::consume_body(request, read);
        length(body).await;
        let fields = trailers.await.ok().flatten();
        fields.map_or_else(Vec::new, |fields| fields.copy_all().into_iter().map(|(name, _)| name).collect())
    }

    async fn length(mut body: StreamReader<u8>) -> usize {
        let (mut length, mut buffer) = (0, Vec::with_capacity(64 << 10));
        loop {
            let (status, read) = body.read(buffer).await;
            length += read.len();
            if !matches!(status, spin_sdk::wasip3::wit_bindgen::StreamResult::Complete(_)) {
                return length;
            }
            buffer = read;
            buffer.clear();
        }
    }

    fn streamed(body: StreamReader<u8>) -> Response {
        let (_, trailers) = wit_future::new(|| Ok(None));
        Response::new(Fields::new(), Some(body), trailers).0
    }

    fn whole(status: u16, headers: &[(&str, &[u8])], body: String) -> Response {
        let fields = Fields::new();
        for (name, value) in headers {
            let _ = fields.append(name, value);
        }
        let _ = fields.append("content-length", body.len().to_string().as_bytes());
        let (mut writer, contents) = wit_stream::new();
        let (_, trailers) = wit_future::new(|| Ok(None));
        let (response, _) = Response::new(fields, Some(contents), trailers);
        let _ = response.set_status_code(status);
        spawn(async move {
            writer.write_all(body.into_bytes()).await;
        });
        response
    }
}
