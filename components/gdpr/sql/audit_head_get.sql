-- Where a log ends; no row back means that it has no entries.
-- Parameters: $1 tenant_id.
select size, link
from audit_head
where tenant_id = $1
