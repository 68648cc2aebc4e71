-- Tokens that were mailed before the newest of their purpose, which stands in account_token, and that are still good: who
-- asks for another one, in somebody's name, takes nothing from it.
create table earlier_account_token (
  digest text primary key,
  user_id text not null references user_account (id) on delete cascade,
  purpose text not null check (purpose in ('verify_email', 'reset_password')),
  expires_at_ms bigint not null
) without rowid;

create index earlier_account_token_by_user on earlier_account_token (user_id);

create index earlier_account_token_by_expiry on earlier_account_token (expires_at_ms);
