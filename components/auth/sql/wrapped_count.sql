-- How many wrapped keys another master key wrapped than this one.
-- Parameters: $1 wrapped_by.
select (select count(tenant_id) from tenant_key where wrapped_by <> $1)
  + (select count(subject_id) from subject_key where wrapped_by <> $1)
  + (select count(purpose) from platform_key where wrapped_by <> $1)
  + (select count(kid) from signing_key where wrapped_by <> $1 and private_key is not null)
  + (select count(user_id) from second_factor where wrapped_by <> $1) as keys
