//! An application without components: what the host answers by itself.

use std::path::Path;

use http::StatusCode;
use http_body_util::BodyExt;

use super::*;
use crate::ProgramOptions;
use crate::http::body::empty;
use crate::log::CapturedLog;
use crate::manifest::Manifest;

fn start(log: &Arc<CapturedLog>) -> (Arc<App>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let text = "spin_manifest_version = 2\n[application]\nname = \"empty\"\n[trigger]\n";
    let manifest = Manifest::parse(Path::new("spin.toml"), text).unwrap();
    let options = ProgramOptions { cache_dir: folder.path().join("cache"), ..ProgramOptions::default() };
    let program = Program::load(manifest, &options).unwrap();
    let settings = Settings {
        state_dir: folder.path().join("state"),
        log: log.clone(),
        environment: false,
        ..Settings::default()
    };
    (App::start(program, settings).unwrap(), folder)
}

async fn get(app: &App, path: &str, headers: &[(&'static str, &str)]) -> (StatusCode, String, String) {
    let mut request = http::Request::get(path).body(empty()).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let response = app.handle(request, ([127, 0, 0, 1], 1).into()).await;
    let status = response.status();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, id, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_path_without_a_route_is_a_problem_with_the_callers_request_id() {
    let (app, _folder) = start(&Arc::default());

    let (status, id, body) = get(&app, "/nowhere", &[("x-request-id", "mine-1")]).await;

    assert_eq!((status, id.as_str()), (StatusCode::NOT_FOUND, "mine-1"));
    assert!(body.contains("/problems/not-found") && body.contains("urn:insula:request:mine-1"), "{body}");
}

#[tokio::test]
async fn a_request_without_a_valid_host_is_refused() {
    let (app, _folder) = start(&Arc::default());

    let (status, _, body) = get(&app, "/", &[("host", "a b")]).await;

    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body.contains("/problems/bad-request"), "{body}");
}

/// Protects people: paths and queries hold addresses, tokens and names.
#[tokio::test]
async fn the_log_has_no_path_no_query_and_no_header() {
    let log = Arc::new(CapturedLog::default());
    let (app, _folder) = start(&log);

    get(&app, "/people/grace@example.org?token=secret-1", &[("authorization", "Bearer secret-2")]).await;

    let lines = log.lines().join("\n");
    assert_eq!(log.entries().len(), 1);
    assert_eq!(log.entries()[0]["status"], 404);
    for private in ["grace", "secret-1", "secret-2", "people"] {
        assert!(!lines.contains(private), "{lines}");
    }
}
