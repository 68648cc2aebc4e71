-- Whether it is the operator who acts in a session as its person: then it lasts as long as its one token, and ends when the
-- person's do.
alter table session add column impersonated integer not null default 0 check (impersonated in (0, 1));

-- The networks that a key was used from, those that were seen last first; and until when new ones aren't told, as far as
-- that has moved.
alter table api_key add column known_networks text;

alter table api_key add column networks_told_until_ms bigint;
