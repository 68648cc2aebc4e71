-- Creates a session in which the operator acts as a person.
-- Parameters: $1 id, $2 user_id, $3 tenant_id, $4 created_at_ms, $5 expires_at_ms.
insert into session (id, user_id, tenant_id, created_at_ms, expires_at_ms, impersonated)
values ($1, $2, $3, $4, $5, 1)
returning id
