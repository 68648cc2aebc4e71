-- The keys that a person made whose address was never proven, and that count: somebody else may have made the account.
-- Parameters: $1 user_id, $2 rows.
select k.id, k.tenant_id
from api_key k
join user_account a on a.id = k.created_by
where k.created_by = $1 and k.revoked_at_ms is null and a.email_verified_at_ms is null
order by k.tenant_id, k.id
limit $2
