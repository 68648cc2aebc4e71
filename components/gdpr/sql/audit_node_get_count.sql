-- How many nodes of a level are stored: they are stored one after another.
-- Parameters: $1 tenant_id, $2 level.
select coalesce(max(place) + 1, 0) as count
from audit_node
where tenant_id = $1 and level = $2
