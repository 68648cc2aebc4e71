-- What a tenant has done of what a new one does, and when it first did, where that is known.
-- Parameters: $1 now_ms, $2 tenant_id.
select t.plan, t.second_factor_required,
  (select min(u.email_verified_at_ms) from membership m join user_account u on u.id = m.user_id
   where m.tenant_id = t.id and m.role = 'owner') as proven_at_ms,
  (select count(*) from membership m where m.tenant_id = t.id and m.role = 'owner' and not exists (
     select 1 from second_factor f where f.user_id = m.user_id and f.confirmed_at_ms is not null
   )) as owners_without_factor,
  (select max(f.confirmed_at_ms) from membership m join second_factor f on f.user_id = m.user_id
   where m.tenant_id = t.id and m.role = 'owner') as secured_at_ms,
  (select min(k.created_at_ms) from api_key k
   where k.tenant_id = t.id and k.revoked_at_ms is null and (k.expires_at_ms is null or k.expires_at_ms > $1)
  ) as key_at_ms,
  (select min(c.period_start_ms) from usage_counter c
   where c.tenant_id = t.id and c.metric = 'api_calls' and c.used > 0) as called_at_ms,
  (select m.created_at_ms from membership m where m.tenant_id = t.id
   order by m.created_at_ms, m.user_id limit 1 offset 1) as joined_at_ms,
  (select min(i.created_at_ms) from invitation i where i.tenant_id = t.id and i.expires_at_ms > $1) as invited_at_ms,
  (select count(*) from tenant_limit l where l.tenant_id = t.id) as limits
from tenant t
where t.id = $2
