-- What the ledger of aliases does not know yet: the names of this run's rows, and for whoever was parted from somebody
-- all that he went by while they were one.
WITH RECURSIVE names AS (
    SELECT base_id, coalesce(nullif(trim(written), ''), place) AS name FROM linked
    UNION
    SELECT base_id, number FROM linked WHERE number IS NOT NULL
    UNION
    SELECT base_id, left(number, 6) || substr(number, 9, 9) FROM linked WHERE length(number) = 18
), parted AS (
    SELECT base_id, former FROM splits
    UNION
    SELECT parted.base_id, ids.base_id
    FROM parted
    JOIN ids ON ids.retired_into = parted.former
), keys AS (
    SELECT base_id, key_of(name) AS key FROM names
    UNION
    SELECT base_id, key_of(former) FROM parted
    UNION
    SELECT parted.base_id, known.key
    FROM parted
    JOIN known ON known.base_id = parted.former
)
SELECT base_id, key FROM keys
EXCEPT
SELECT base_id, key FROM known
ORDER BY base_id, key
