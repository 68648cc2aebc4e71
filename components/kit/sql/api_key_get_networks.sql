-- The networks that a key was used from.
-- Parameters: $1 tenant_id, $2 id.
select known_networks, networks_told_until_ms
from api_key
where tenant_id = $1 and id = $2
