-- The next signing keys that this master key wrapped, or one that was not noted.
-- Parameters: $1 wrapped_by or '', $2 kid, $3 how many.
select kid as owner, private_key as sealed, wrapped_by
from signing_key
where wrapped_by in ($1, '') and kid > $2 and private_key is not null
order by kid
limit $3
