-- The hash of a node; no row back means that it isn't whole yet.
-- Parameters: $1 tenant_id, $2 level, $3 place.
select hash
from audit_node
where tenant_id = $1 and level = $2 and place = $3
