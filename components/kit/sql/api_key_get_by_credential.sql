-- Whose a key is, by its id, or by its digest if it came from another system.
-- Parameters: $1 id or null, $2 digest.
select k.id, k.created_by as user_id, k.tenant_id
from api_key k
where k.id = coalesce($1, (select i.id from api_key i where i.digest = $2 and i.imported = 1))
