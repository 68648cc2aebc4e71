-- When the next attempt against all of these subjects may be made; null if it is now.
-- Parameters: $1 subject, $2 subject or null, $3 subject or null, $4 subject or null, $5 subject or null.
select max(ready_at_ms) as ready_at_ms
from guess
where subject in ($1, $2, $3, $4, $5)
