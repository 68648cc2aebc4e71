-- Whether it is the operator who acts in a session as its person: then it lasts as long as its one token, and ends when the
-- person's do.
alter table session add column impersonated integer not null default 0 check (impersonated in (0, 1));
