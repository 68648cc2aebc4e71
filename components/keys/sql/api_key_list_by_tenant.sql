-- The keys of a tenant after a cursor, by id; revoked ones too.
-- Parameters: $1 tenant_id, $2 after_id, $3 rows.
select k.id, k.created_by, k.name, k.scopes, k.live, k.created_at_ms, k.expires_at_ms, k.revoked_at_ms, k.limit_calls,
  k.limit_window_ms, k.networks, k.metadata, k.imported, k.last_used_at_ms, k.successor_id, k.revoked_because,
  k.version, k.limit_root, k.bounds_role, m.role as creator_role,
  case when l.operator_calls is null then 0 else 1 end as is_limited
from api_key k
left join membership m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
left join tenant_limit l on l.tenant_id = k.tenant_id and l.subject = coalesce(k.limit_root, k.id)
where k.tenant_id = $1 and k.id > $2
order by k.id
limit $3
