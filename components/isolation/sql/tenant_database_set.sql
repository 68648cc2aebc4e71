-- Says where the database of a tenant is.
-- Parameters: $1 tenant_id, $2 sealed, $3 step, $4 set_at_ms.
insert into tenant_database (tenant_id, sealed, step, set_at_ms, failures, retry_at_ms)
values ($1, $2, $3, $4, 0, 0)
on conflict (tenant_id) do update
set sealed = excluded.sealed, step = excluded.step, set_at_ms = excluded.set_at_ms, failures = 0, retry_at_ms = 0
returning tenant_id
