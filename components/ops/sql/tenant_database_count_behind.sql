-- How many tenants' own databases lack a step.
-- Parameters: $1 newest step.
select count(*) as behind
from tenant_database d
join tenant t on t.id = d.tenant_id and t.state in ('active', 'suspended')
where d.step < $1 and d.left_at_ms is null
