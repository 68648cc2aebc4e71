-- Brings a tenant into a state, unless somebody was faster.
-- Parameters: $1 state, $2 state_by, $3 state_reason, $4 state_at_ms, $5 id, $6 expected version.
update tenant
set state = $1, state_by = $2, state_reason = $3, state_at_ms = $4, version = version + 1
where id = $5 and version = $6
returning id
