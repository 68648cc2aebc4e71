-- Sets in which tenant the next tokens of a session act.
-- Parameters: $1 tenant_id, $2 id.
update session
set tenant_id = $1
where id = $2 and ended_at_ms is null
returning id
