-- Databases that were left, and in which something of the tenant may be: those that are tried next.
-- Parameters: $1 now.
select d.tenant_id, d.identity, d.left_at_ms, d.failures
from tenant_database d
join tenant t on t.id = d.tenant_id and t.state in ('active', 'suspended')
where d.left_at_ms is not null and d.retry_at_ms <= $1
order by d.retry_at_ms, d.tenant_id
limit 20
