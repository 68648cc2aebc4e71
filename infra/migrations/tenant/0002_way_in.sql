-- What does the steps makes the way into the schema anew, where it is an earlier one: so that it comes to each schema.
select 1
