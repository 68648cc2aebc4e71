-- Whether a person has no second factor that counts: a row back means that there is none.
-- Parameters: $1 user_id.
select 1 as missing
where not exists (select 1 from second_factor where user_id = $1 and confirmed_at_ms is not null)
