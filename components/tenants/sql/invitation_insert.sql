-- Creates an invitation.
-- Parameters: $1 id, $2 tenant_id, $3 email, $4 role, $5 invited_by, $6 digest, $7 created_at_ms, $8 expires_at_ms.
insert into invitation (id, tenant_id, email, role, invited_by, digest, created_at_ms, expires_at_ms)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id
