-- Says where the database of a tenant is; no row if it has another one, or has yet to leave one.
-- Parameters: $1 tenant_id, $2 sealed, $3 identity, $4 step, $5 set_at_ms.
insert into tenant_database as d (tenant_id, sealed, identity, step, set_at_ms, failures, retry_at_ms)
values ($1, $2, $3, $4, $5, 0, 0)
on conflict (tenant_id) do update
set sealed = excluded.sealed, step = excluded.step, set_at_ms = excluded.set_at_ms, failures = 0, retry_at_ms = 0,
  silent_until_ms = 0
where d.identity = excluded.identity and d.left_at_ms is null
returning tenant_id
