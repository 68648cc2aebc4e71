-- Tenants whose own databases something waits for, those that are tried next.
-- Parameters: $1 now.
select d.tenant_id
from tenant_database d
join tenant t on t.id = d.tenant_id and t.state in ('active', 'suspended')
where d.retry_at_ms <= $1
  and exists (select 1 from product_intent i where i.tenant_id = d.tenant_id)
order by d.retry_at_ms, d.tenant_id
limit 20
