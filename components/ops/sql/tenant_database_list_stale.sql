-- Attempts to bring tenants' product data back that were begun then or before.
-- Parameters: $1 latest attempted_at_ms.
select tenant_id, attempt
from tenant_database
where attempted_at_ms <= $1
order by attempted_at_ms, tenant_id
limit 20
