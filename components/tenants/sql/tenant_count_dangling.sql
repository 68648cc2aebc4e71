-- What of a tenant's refers to something that isn't there: members that are nobody, keys of nobody, limits of no key; and how
-- many entries are missing at the end of its audit log.
-- Parameters: $1 tenant_id.
select
  (select count(*) from membership m where m.tenant_id = t.id
     and not exists (select 1 from user_account u where u.id = m.user_id)) as members,
  (select count(*) from api_key k where k.tenant_id = t.id
     and not exists (select 1 from user_account u where u.id = k.created_by)) as all_keys,
  (select count(*) from tenant_limit l where l.tenant_id = t.id and l.subject like 'key_%'
     and not exists (select 1 from api_key k where k.tenant_id = t.id and coalesce(k.limit_root, k.id) = l.subject)
  ) as limits,
  coalesce((select h.size from audit_head h where h.tenant_id = t.id), 0)
    - coalesce((select max(e.seq) + 1 from audit_entry e where e.tenant_id = t.id), 0) as log_entries
from tenant t
where t.id = $1
