-- Whether the tenant's plan has room for another member; no row back means that it has none.
-- Parameters: $1 id.
select t.id
from tenant t
join plan p on p.name = t.plan
where t.id = $1
  and (p.max_users is null or (select count(*) from membership m where m.tenant_id = t.id) < p.max_users)
