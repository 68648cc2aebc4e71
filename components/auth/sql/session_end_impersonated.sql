-- Ends a session in which the operator acts as a person of a tenant; no row back means that none such goes on.
-- Parameters: $1 ended_at_ms, $2 id, $3 tenant_id.
update session
set ended_at_ms = $1
where id = $2 and tenant_id = $3 and impersonated = 1 and ended_at_ms is null and expires_at_ms > $1
returning id
