-- A row means that an owner made or bounded one of the keys that share a limit, so only an owner may loosen it.
-- Parameters: $1 tenant_id, $2 limit_root.
select f.id
from api_key f
left join membership m on m.tenant_id = f.tenant_id and m.user_id = f.created_by
where f.tenant_id = $1 and (f.id = $2 or f.limit_root = $2)
  and (coalesce(f.bounds_role, 'owner') = 'owner' or m.role = 'owner')
limit 1
