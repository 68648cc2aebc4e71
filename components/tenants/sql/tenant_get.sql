-- One tenant.
-- Parameters: $1 id.
select id, name, state, plan, created_at_ms
from tenant
where id = $1
