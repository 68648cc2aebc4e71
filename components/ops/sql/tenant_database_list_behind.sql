-- Tenants after the given one whose own databases lack a step.
-- Parameters: $1 newest step, $2 tenant_id.
select d.tenant_id
from tenant_database d
join tenant t on t.id = d.tenant_id and t.state in ('active', 'suspended')
where d.step < $1 and d.tenant_id > $2 and d.left_at_ms is null
order by d.tenant_id
limit 20
