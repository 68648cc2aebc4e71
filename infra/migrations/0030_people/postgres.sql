-- Who somebody is, and that it has a second factor, is for itself to change, and for the tenants to see that it is a member of.
perform insula_isolate('user_account', 'id = insula_scope()');
create policy of_members on user_account for select using (exists (
  select from membership m where m.user_id = user_account.id and m.tenant_id = current_setting('insula.scope', true)));
perform insula_isolate('second_factor', 'user_id = insula_scope()');
create policy of_members on second_factor for select using (exists (
  select from membership m where m.user_id = second_factor.user_id and m.tenant_id = current_setting('insula.scope', true)));
