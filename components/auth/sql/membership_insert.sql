-- Makes a person a member; no row back means that it is one.
-- Parameters: $1 tenant_id, $2 user_id, $3 role, $4 created_at_ms.
insert into membership (tenant_id, user_id, role, created_at_ms)
values ($1, $2, $3, $4)
on conflict (tenant_id, user_id) do nothing
returning user_id
