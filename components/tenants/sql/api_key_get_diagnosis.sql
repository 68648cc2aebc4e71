-- What decides whether a key of the tenant is let in, and what it may do.
-- Parameters: $1 tenant_id, $2 id.
select k.scopes, k.networks, k.expires_at_ms, k.revoked_at_ms, m.role
from api_key k
left join membership m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
where k.tenant_id = $1 and k.id = $2
