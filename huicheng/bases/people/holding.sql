-- Who the ids of before are now, merged ones followed to where they went, and the number that the record holds.
WITH RECURSIVE went AS (
    SELECT DISTINCT unnest($ids) AS asked, unnest($ids) AS base_id
    UNION
    SELECT went.asked, ids.retired_into
    FROM went
    JOIN base.ids AS ids ON ids.base_id = went.base_id
    WHERE ids.retired_into IS NOT NULL
)
SELECT went.asked, people.base_id, people.id_number
FROM went
JOIN base.people AS people ON people.base_id = went.base_id
