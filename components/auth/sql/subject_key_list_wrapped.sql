-- The next keys of people that this master key wrapped, or one that was not noted.
-- Parameters: $1 wrapped_by or '', $2 subject_id, $3 how many.
select subject_id as owner, sealed as sealed, wrapped_by
from subject_key
where wrapped_by in ($1, '') and subject_id > $2
order by subject_id
limit $3
