//! Asks the host for what it offers, and answers with what it got. The path says what to ask for.
//!
//! | Path            | Asks for                                                                       |
//! |-----------------|--------------------------------------------------------------------------------|
//! | `…/config`      | all values of `wasi:config`, a line each                                       |
//! | `…/config/NAME` | one of them                                                                    |
//! | `…/session`     | a session of the PostgreSQL at `address`, trusting `ca_root`, and how it is encrypted |
//! | `…/sleep`       | a statement there that takes long                                              |
//! | `…/count?STORE` | the number in a key-value store, one more at each call                         |
//! | `…/keys?STORE`  | which keys there are after two are set and after one of them is removed          |
//! | `…/fetch?URL`   | the answer of another server                                                   |

#[cfg(target_family = "wasm")]
mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused, reason = "generated")]

    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "../../../wit/deps/wasi-runtime-config-2024-09-27",
        world: "imports",
    });
}

#[cfg(target_family = "wasm")]
mod entry {
    use bytes::Bytes;
    use spin_sdk::http::body::IncomingBodyExt as _;
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};
    use spin_sdk::key_value::Store;
    use spin_sdk::pg::wit::postgres::{Connection, ConnectionBuilder};

    use crate::bindings::wasi::config::store;

    /// `true` for an encrypted session.
    const SESSION: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    const SLEEP: &str = "select pg_sleep(30)::text as slept";

    /// What the host refuses is a 502 with its words.
    #[spin_sdk::http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        let uri = request.uri();
        let (status, body) = match ask(uri.path(), uri.query().unwrap_or_default()).await {
            Ok(body) => (200, body),
            Err(refusal) => (502, refusal),
        };
        Response::builder()
            .status(status)
            .header("content-length", body.len())
            .body(FullBody::new(Bytes::from(body)))
            .map_err(spin_sdk::http::Error::from)
    }

    async fn ask(path: &str, query: &str) -> Result<String, String> {
        match path.rsplit('/').next().unwrap_or_default() {
            "config" => all(),
            "session" => select(SESSION),
            "sleep" => select(SLEEP),
            "count" => count(query).await,
            "keys" => keys(query).await,
            "fetch" => fetch(query).await,
            name => Ok(format!("{:?}", value(name)?)),
        }
    }

    fn all() -> Result<String, String> {
        let mut values = store::get_all().map_err(|error| format!("{error:?}"))?;
        values.sort();
        Ok(values.iter().map(|(name, value)| format!("{name}={value}\n")).collect())
    }

    fn value(name: &str) -> Result<Option<String>, String> {
        store::get(name).map_err(|error| format!("{error:?}"))
    }

    async fn count(store: &str) -> Result<String, String> {
        let words = |error| format!("{error:?}");
        let store = Store::open(store).await.map_err(words)?;
        let before = store.get("number").await.map_err(words)?.unwrap_or_default();
        let number = String::from_utf8_lossy(&before).parse().unwrap_or(0) + 1;
        store.set("number", number.to_string()).await.map_err(words)?;
        Ok(number.to_string())
    }

    async fn keys(store: &str) -> Result<String, String> {
        let words = |error| format!("{error:?}");
        let store = Store::open(store).await.map_err(words)?;
        for key in ["one", "other"] {
            store.set(key, "value").await.map_err(words)?;
        }
        let mut all = store.get_keys().await.collect().await.map_err(words)?;
        all.sort();
        store.delete("one").await.map_err(words)?;
        // What isn't there can be removed as well.
        store.delete("one").await.map_err(words)?;
        let left = store.get_keys().await.collect().await.map_err(words)?;
        let there = [store.exists("one").await.map_err(words)?, store.exists("other").await.map_err(words)?];
        let value = store.get("one").await.map_err(words)?;
        Ok(format!("{all:?} {left:?} {there:?} {value:?}"))
    }

    async fn fetch(url: &str) -> Result<String, String> {
        let words = |error| format!("{error:?}");
        let response = spin_sdk::http::get(url).await.map_err(words)?;
        let status = response.status().as_u16();
        let body = response.into_body().bytes().await.map_err(|error| format!("{error:?}"))?;
        Ok(format!("{status} {}", String::from_utf8_lossy(&body)))
    }

    fn select(statement: &str) -> Result<String, String> {
        let set = open()?.query(statement, &[]).map_err(|error| error.to_string())?;
        Ok(format!("{:?}", set.rows))
    }

    fn open() -> Result<Connection, String> {
        let builder = ConnectionBuilder::new(&value("address")?.unwrap_or_default());
        if let Some(certificate) = value("ca_root")?.filter(|certificate| !certificate.is_empty()) {
            builder.set_ca_root(&certificate).map_err(|error| error.to_string())?;
        }
        builder.build().map_err(|error| error.to_string())
    }
}
