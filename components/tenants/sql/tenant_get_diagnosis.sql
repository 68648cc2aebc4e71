-- What decides whether a tenant's callers are let in: its state, what it demands of people, and how its keys are.
-- Parameters: $1 now_ms, $2 tenant_id.
select t.state, t.state_by, t.plan, t.second_factor_required,
  (select count(*) from membership m where m.tenant_id = t.id) as members,
  (select count(*) from membership m where m.tenant_id = t.id and not exists (
     select 1 from second_factor f where f.user_id = m.user_id and f.confirmed_at_ms is not null
   )) as members_without_factor,
  (select count(*) from api_key k where k.tenant_id = t.id) as all_keys,
  (select count(*) from api_key k where k.tenant_id = t.id and k.revoked_at_ms is not null) as revoked_keys,
  (select count(*) from api_key k
   where k.tenant_id = t.id and k.revoked_at_ms is null and k.expires_at_ms <= $1) as expired_keys,
  (select count(*) from api_key k
   where k.tenant_id = t.id and k.revoked_at_ms is null and k.networks is not null) as bound_keys,
  (select count(*) from api_key k
   where k.tenant_id = t.id and k.revoked_at_ms is null and (k.expires_at_ms is null or k.expires_at_ms > $1)
     and not exists (select 1 from membership m where m.tenant_id = t.id and m.user_id = k.created_by)
  ) as orphaned_keys,
  (select count(*) from api_key k
   where k.tenant_id = t.id and k.revoked_at_ms is null and (k.expires_at_ms is null or k.expires_at_ms > $1)
     and exists (select 1 from membership m where m.tenant_id = t.id and m.user_id = k.created_by)
  ) as working_keys
from tenant t
where t.id = $2
