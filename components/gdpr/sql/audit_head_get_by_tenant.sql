-- Where the log of a tenant ends; no row back means that there is no such tenant. A tenant that was removed has its log.
-- Parameters: $1 tenant_id.
select coalesce(h.size, 0) as size, coalesce(h.link, '') as link
from tenant t
left join audit_head h on h.tenant_id = t.id
where t.id = $1
