-- The key whose limit a key of a tenant draws from: its own, or another one's.
-- Parameters: $1 tenant_id, $2 id.
select coalesce(limit_root, id) as limit_root
from api_key
where tenant_id = $1 and id = $2
