-- Removes what the operator set about a subject, if it is still what is expected.
-- Parameters: $1 tenant_id, $2 subject, $3 expected_version.
update tenant_limit
set operator_calls = null, operator_window_ms = null, operator_burst = null, version = version + 1
where tenant_id = $1 and subject = $2 and version = $3 and operator_calls is not null
returning subject
