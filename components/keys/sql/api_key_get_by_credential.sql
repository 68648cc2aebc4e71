-- The key that somebody presents, by its id, or by its digest if it came from another system; of one tenant, or of
-- whichever has it. Whether the digest is right is for the reader to compare.
-- Parameters: $1 id, $2 digest, $3 tenant_id.
select k.id, k.created_by, k.name, k.scopes, k.live, k.created_at_ms, k.expires_at_ms, k.revoked_at_ms, k.limit_calls,
  k.limit_window_ms, k.networks, k.metadata, k.imported, k.last_used_at_ms, k.successor_id, k.revoked_because,
  k.version, k.limit_root, k.bounds_role, m.role as creator_role,
  case when l.operator_calls is null then 0 else 1 end as is_limited, k.tenant_id, k.digest, t.state, t.plan,
  p.requests_per_minute, p.burst
from api_key k
join tenant t on t.id = k.tenant_id
join plan p on p.name = t.plan
left join membership m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
left join tenant_limit l on l.tenant_id = k.tenant_id and l.subject = coalesce(k.limit_root, k.id)
where k.id = coalesce($1, (select i.id from api_key i where i.digest = $2 and i.imported = 1))
  and k.tenant_id = coalesce($3, k.tenant_id)
