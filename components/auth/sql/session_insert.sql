-- Creates a session.
-- Parameters: $1 id, $2 user_id, $3 tenant_id or null, $4 access_digest, $5 created_at_ms, $6 expires_at_ms.
insert into session (id, user_id, tenant_id, access_digest, created_at_ms, expires_at_ms)
values ($1, $2, $3, $4, $5, $6)
returning id
