-- Where the product data of a tenant is that has a database of its own, sealed, which one that is, the newest step that was
-- done there, until when it is left alone, when it was left, and how many intents wait for it.
-- Parameters: $1 tenant_id.
select d.sealed, d.identity, d.step, d.silent_until_ms, d.left_at_ms,
  (select count(*) from product_intent i where i.tenant_id = d.tenant_id) as waiting
from tenant_database d
where d.tenant_id = $1
