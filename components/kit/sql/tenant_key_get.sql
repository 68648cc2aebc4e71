-- The key of a tenant, wrapped.
-- Parameters: $1 tenant_id.
select sealed, wrapped_by
from tenant_key
where tenant_id = $1
