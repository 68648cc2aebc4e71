-- When a tenant's first report was made; no row means that there is none. Ids grow with time.
-- Parameters: $1 tenant_id.
select created_at_ms
from report
where tenant_id = $1
order by id
limit 1
