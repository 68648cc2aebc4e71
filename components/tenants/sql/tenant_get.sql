-- One tenant.
-- Parameters: $1 id.
select id, name, state, state_by, state_reason, plan, region, isolation, settings, version, created_at_ms
from tenant
where id = $1
