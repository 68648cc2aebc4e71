-- The next 500 logs after one, by name: where they end, how much of each was signed, and when.
-- Parameters: $1 tenant_id.
select h.tenant_id, h.size, h.link,
  coalesce((select max(c.size) from audit_checkpoint c where c.tenant_id = h.tenant_id), 0) as signed,
  (select c.created_at_ms from audit_checkpoint c where c.tenant_id = h.tenant_id order by c.size desc limit 1) as signed_at_ms
from audit_head h
where h.tenant_id > $1
order by h.tenant_id
limit 500
