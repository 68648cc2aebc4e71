-- Ends a tenant that has nothing left but its people; what names it goes.
-- Parameters: $1 state_at_ms, $2 id.
update tenant
set state = 'deleted', state_at_ms = $1, name = '', region = null, settings = '{}', version = version + 1
where id = $2 and state = 'deprovisioning'
  and not exists (select 1 from api_key k where k.tenant_id = tenant.id and k.imported = 0)
  and not exists (select 1 from invitation i where i.tenant_id = tenant.id)
  and not exists (select 1 from product_intent p where p.tenant_id = tenant.id)
  and not exists (select 1 from product_arrival a where a.tenant_id = tenant.id)
  and not exists (select 1 from report r where r.tenant_id = tenant.id)
  and not exists (select 1 from tenant_database d where d.tenant_id = tenant.id)
  and not exists (select 1 from tenant_limit l where l.tenant_id = tenant.id)
  and not exists (select 1 from usage_counter u where u.tenant_id = tenant.id)
returning id
