-- The next keys of the platform that this master key wrapped, or one that was not noted.
-- Parameters: $1 wrapped_by or '', $2 purpose, $3 how many.
select purpose as owner, sealed as sealed, wrapped_by
from platform_key
where wrapped_by in ($1, '') and purpose > $2 and sealed <> ''
order by purpose
limit $3
