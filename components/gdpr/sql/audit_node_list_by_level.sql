-- Nodes of a level, by place.
-- Parameters: $1 tenant_id, $2 level, $3 first place, $4 place after the last.
select place, hash
from audit_node
where tenant_id = $1 and level = $2 and place >= $3 and place < $4
order by place
