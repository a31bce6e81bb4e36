-- The keys under which this person, and all who were found to be this person, stood in former deliveries and registers.
WITH RECURSIVE same AS (
    SELECT $base_id AS base_id
    UNION
    SELECT ids.base_id
    FROM same
    JOIN base.ids AS ids ON ids.retired_into = same.base_id
)
SELECT same.base_id, aliases.key
FROM same
LEFT JOIN base.aliases AS aliases ON aliases.base_id = same.base_id
