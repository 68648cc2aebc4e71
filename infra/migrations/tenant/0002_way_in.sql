-- What does the steps makes the way into the schema, where it is an earlier one: this step has it come to each schema.
select 1
