-- What a person is asked for again who is calling: the password, and the second factor if it counts.
-- Parameters: $1 id.
select u.id, u.email, u.name, u.password, f.secret, f.wrapped_by, f.last_step
from user_account u
left join second_factor f on f.user_id = u.id and f.confirmed_at_ms is not null
where u.id = $1
