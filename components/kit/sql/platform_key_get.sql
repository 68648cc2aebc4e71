-- The platform's key for a purpose, wrapped; without a text, it is what the master key makes of itself.
-- Parameters: $1 purpose.
select sealed, wrapped_by
from platform_key
where purpose = $1
