//! Misbehaves in every way that the host and the SQL seam must contain. The path says how.

#[cfg(target_family = "wasm")]
mod entry {
    use std::hint::black_box;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use bytes::Bytes;
    use insula_kit::config::Config;
    use insula_kit::id::TenantId;
    use insula_kit::params;
    use insula_kit::sql::{Db, Error, Rows, Scope, Statement};
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};
    use spin_sdk::pg::wit::postgres::Connection;

    /// Counts the requests of this instance: a leaking static, on purpose.
    static SEEN: AtomicU64 = AtomicU64::new(0);

    const INSERT: &str =
        "insert into guess (subject, ready_at_ms, forgotten_at_ms) values ($1, 7, 7) returning subject";
    const SLEEP: &str = "select pg_sleep(5)::text as slept";
    const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";
    const WHO: &str = "select current_user::text as who";
    const NOBODY: &str = "select current_user::text as who where 1 = 0";
    const SET_SCOPE: &str =
        "select set_config('insula.scope', 'stolen', false) as scope, 1::bigint as leaked";
    const READ_SCOPE: &str = "select coalesce(current_setting('insula.scope', true), '') || case when current_user <> session_user \
        then current_user else '' end as scope, \
        (select count(*) from guess where ready_at_ms = 7) as leaked";

    #[spin_sdk::http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        let body = act(request.uri().path()).await.map_err(spin_sdk::http::Error::other)?;
        Response::builder()
            .header("content-length", body.len())
            .body(FullBody::new(Bytes::from(body)))
            .map_err(spin_sdk::http::Error::from)
    }

    async fn act(path: &str) -> Result<String, String> {
        match path.rsplit('/').next().unwrap_or_default() {
            "panic" => unreachable!("on purpose"),
            "loop" => compute_for_ever(),
            "memory" => Ok(black_box(vec![1_u8; 1 << 30]).len().to_string()),
            "sleep" => {
                spin_sdk::time::sleep(Duration::from_secs(60)).await;
                Ok(String::new())
            }
            "count" => Ok(SEEN.fetch_add(1, Ordering::Relaxed).to_string()),
            "trap-after-half" => {
                insert("half").await?;
                unreachable!("on purpose, between two batches")
            }
            "loop-after-half" => {
                insert("half").await?;
                compute_for_ever()
            }
            "refused" => {
                match batch(vec![add("refused"), Statement::required("select 1 as x where 1 = 0", vec![])])
                    .await
                {
                    Err(Error::Refused(at)) => Ok(format!("refused {at}")),
                    other => Err(format!("{other:?}")),
                }
            }
            "sleep-in-batch" => {
                batch(vec![add("sleeping"), Statement::new(SLEEP, vec![])])
                    .await
                    .map_err(|error| error.to_string())?;
                Ok(String::new())
            }
            "as-tenant" => as_tenant(WHO).await.map_err(|error| error.to_string()),
            "sleep-as-tenant" => as_tenant(SLEEP).await.map_err(|error| error.to_string()),
            "refused-as-tenant" => match as_tenant(NOBODY).await {
                Err(Error::Refused(at)) => Ok(format!("refused {at}")),
                other => Err(format!("{other:?}")),
            },
            "trap-as-tenant" => {
                as_tenant(WHO).await.map_err(|error| error.to_string())?;
                unreachable!("on purpose, after having been a tenant")
            }
            "raw-transaction-then-trap" => {
                let _open = transaction().await?;
                unreachable!("on purpose, inside a transaction")
            }
            "raw-transaction-then-loop" => {
                let _open = transaction().await?;
                compute_for_ever()
            }
            "raw-transaction-then-return" => transaction().await.map(|_open| "early".to_owned()),
            "raw-setting" => raw(&open().await?, SET_SCOPE),
            "look" => raw(&open().await?, READ_SCOPE),
            _ => Ok("fine".to_owned()),
        }
    }

    fn compute_for_ever() -> ! {
        let mut value = 0_u64;
        loop {
            value = black_box(value.wrapping_mul(31).wrapping_add(1));
        }
    }

    fn add(name: &str) -> Statement {
        Statement::new(INSERT, params![name])
    }

    async fn insert(name: &str) -> Result<(), String> {
        batch(vec![add(name)]).await.map(drop).map_err(|error| error.to_string())
    }

    async fn batch(statements: Vec<Statement>) -> Result<Vec<Rows>, Error> {
        Config::load().await.db.batch(Scope::Operator, statements).await
    }

    /// Runs a statement on the product data of the one tenant that there is, in that tenant's role.
    async fn as_tenant(text: &'static str) -> Result<String, Error> {
        let id = TenantId::parse(TENANT).ok_or_else(|| Error::Decode("id".to_owned()))?;
        let statement = Statement::product(text, vec![]).must();
        let found = Config::load().await.db.batch(Scope::Tenant(id), vec![statement]).await?;
        found.first().and_then(|rows| rows.first()).map_or(Ok(String::new()), |row| row.text("who"))
    }

    async fn open() -> Result<Connection, String> {
        let Db::Postgres(address) = &Config::load().await.db else {
            return Err("not on PostgreSQL".to_owned());
        };
        Connection::open(address).map_err(|error| error.to_string())
    }

    /// A transaction of the component's own, with a row and a setting in it, that nobody ends.
    async fn transaction() -> Result<Connection, String> {
        let connection = open().await?;
        raw(&connection, "begin")?;
        raw(&connection, "insert into guess values ('raw', 7, 7)")?;
        raw(&connection, "set insula.scope = 'stolen'")?;
        Ok(connection)
    }

    fn raw(connection: &Connection, text: &str) -> Result<String, String> {
        let set = connection.query(text, &[]).map_err(|error| error.to_string())?;
        Ok(format!("{:?}", set.rows))
    }
}
