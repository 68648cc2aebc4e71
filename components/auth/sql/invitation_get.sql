-- An invitation that can be accepted: it is not over, its tenant is active, and whoever sent it may still send it.
-- Parameters: $1 digest, $2 now_ms.
select i.id, i.tenant_id, i.email, i.role, t.name, t.plan, t.state, t.created_at_ms
from invitation i
join tenant t on t.id = i.tenant_id
join membership m on m.tenant_id = i.tenant_id and m.user_id = i.invited_by
where i.digest = $1 and i.expires_at_ms > $2 and t.state = 'active'
  and (m.role = 'owner' or m.role = 'admin' and i.role <> 'owner')
