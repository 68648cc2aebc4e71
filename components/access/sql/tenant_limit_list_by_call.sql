-- What was set for a tenant about all calls, an operation and a key.
-- Parameters: $1 tenant_id, $2 endpoint, $3 limit_root.
select subject, operator_calls, operator_window_ms, operator_burst, own_calls, own_window_ms, own_burst
from tenant_limit
where tenant_id = $1 and subject in ('all', $2, $3)
