-- Makes a person the owner of a tenant.
-- Parameters: $1 tenant_id, $2 user_id, $3 created_at_ms.
insert into membership (tenant_id, user_id, role, created_at_ms)
values ($1, $2, 'owner', $3)
returning user_id
