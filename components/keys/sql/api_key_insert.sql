-- Creates a key unless the tenant has as many unrevoked ones as it may have; no row back means that it has.
-- Exact only behind tenant_lock in the same batch.
-- Parameters: $1 id, $2 tenant_id, $3 created_by, $4 name, $5 scopes, $6 live, $7 digest, $8 created_at_ms,
-- $9 expires_at_ms, $10 limit.
insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms, expires_at_ms)
select $1, $2, $3, $4, $5, $6, $7, $8, $9
where (select count(*) from api_key where tenant_id = $2 and revoked_at_ms is null) < $10
returning id
