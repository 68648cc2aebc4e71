-- The next keys of tenants that this master key wrapped, or one that was not noted.
-- Parameters: $1 wrapped_by or '', $2 tenant_id, $3 how many.
select tenant_id as owner, sealed as sealed, wrapped_by
from tenant_key
where wrapped_by in ($1, '') and tenant_id > $2
order by tenant_id
limit $3
