-- Removes what the tenant set about a subject, if it is still what is expected.
-- Parameters: $1 tenant_id, $2 subject, $3 expected_version.
update tenant_limit
set own_calls = null, own_window_ms = null, own_burst = null, own_role = null, version = version + 1
where tenant_id = $1 and subject = $2 and version = $3 and own_calls is not null
returning subject
