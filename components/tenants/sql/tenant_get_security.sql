-- What a tenant demands of its members.
-- Parameters: $1 id.
select second_factor_required
from tenant
where id = $1
