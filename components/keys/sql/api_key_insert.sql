-- Creates a key unless the tenant has as many unrevoked ones as it may have, or a tenant has imported it before; no row
-- back means one of the two. Exact only behind tenant_lock in the same batch.
-- Parameters: $1 id, $2 tenant_id, $3 created_by, $4 name, $5 scopes, $6 live, $7 digest, $8 created_at_ms,
-- $9 expires_at_ms, $10 limit_calls, $11 limit_window_ms, $12 networks, $13 metadata, $14 imported, $15 limit_root,
-- $16 bounds_role, $17 limit.
insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms, expires_at_ms, limit_calls,
  limit_window_ms, networks, metadata, imported, limit_root, bounds_role)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
where (select count(*) from api_key where tenant_id = $2 and revoked_at_ms is null) < $17
on conflict do nothing
returning id
