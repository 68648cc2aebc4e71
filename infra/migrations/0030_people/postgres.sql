-- Who somebody is, and that it has a second factor, is for itself to change, and for the tenants to see that it is a member of.
perform insula_isolate('user_account', 'id = insula_scope()');
create policy of_members on user_account for select using (exists (
  select from membership m where m.user_id = user_account.id and m.tenant_id = current_setting('insula.scope', true)));
perform insula_isolate('second_factor', 'user_id = insula_scope()');
create policy of_members on second_factor for select using (exists (
  select from membership m where m.user_id = second_factor.user_id and m.tenant_id = current_setting('insula.scope', true)));

-- The release before has a tenant note of who joins that its address is proven. That is left to it, and nothing else.
create policy of_who_joins on user_account for update using (exists (
  select from membership m where m.user_id = user_account.id and m.tenant_id = current_setting('insula.scope', true)));

create function insula_check_account() returns trigger language plpgsql as $check$
begin
  if to_jsonb(new) - 'email_verified_at_ms' <> to_jsonb(old) - 'email_verified_at_ms' then
    raise exception 'row-level security: an account is changed by its person' using errcode = '42501';
  end if;
  return new;
end $check$;

create trigger of_its_person before update on user_account for each row
  when (current_setting('insula.scope', true) like 'ten\_%') execute function insula_check_account();
