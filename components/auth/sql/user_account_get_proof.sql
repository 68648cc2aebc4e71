-- What a person is asked for again who is calling: the password, the second factor if it counts; and whether the network
-- is known.
-- Parameters: $1 network or null, $2 now_ms, $3 id.
select u.id, u.email, u.name, u.password, f.secret, f.wrapped_by, f.last_step,
  case when exists (
    select 1 from known_network k where k.user_id = u.id and k.network = $1 and k.expires_at_ms > $2
  ) then 1 else 0 end as is_known
from user_account u
left join second_factor f on f.user_id = u.id and f.confirmed_at_ms is not null
where u.id = $3
