-- How true the ties of base.relations are: tied pairs held against the city's truth, among those the registers know.
WITH
whose AS (
    SELECT kind, base_id, arg_max(entity, rows) AS entity
    FROM (SELECT kind, base_id, entity, count(*) AS rows FROM linked WHERE entity IS NOT NULL GROUP BY ALL)
    GROUP BY kind, base_id
),
households AS (
    SELECT other_id, arg_max(household_id, members) AS household_id
    FROM (
        SELECT ties.other_id, people.household_id, count(*) AS members
        FROM ties JOIN whose ON whose.kind = 'people' AND whose.base_id = ties.base_id
        JOIN people ON people.person_id = whose.entity
        WHERE ties.relation = 'member_of_household' GROUP BY ALL
    )
    GROUP BY other_id
),
said AS (
    SELECT ties.relation, ties.evidence, person.entity AS person, coalesce(other.entity, households.household_id) AS other
    FROM ties JOIN whose AS person ON person.kind = 'people' AND person.base_id = ties.base_id
    LEFT JOIN whose AS other ON other.kind = ties.other_kind AND other.base_id = ties.other_id
    LEFT JOIN households ON ties.other_kind = 'households' AND households.other_id = ties.other_id
),
so AS (
    SELECT 'lives_in' AS relation, person_id AS person, house_id AS other, 'houses' AS kind FROM people
    UNION ALL SELECT 'employed_by', person_id, employer, 'firms' FROM people WHERE employer IS NOT NULL
    UNION ALL SELECT 'legal_representative_of', legal_person, firm_id, 'firms' FROM firms WHERE legal_person IS NOT NULL
    UNION ALL SELECT 'owns', owner, house_id, 'houses' FROM houses WHERE owner IS NOT NULL
    UNION ALL SELECT 'member_of_household', person_id, household_id, '' FROM people
),
known AS (
    SELECT DISTINCT relation, person, other FROM so
    WHERE EXISTS (SELECT 1 FROM whose WHERE whose.kind = 'people' AND entity = person)
        AND (kind = '' OR EXISTS (SELECT 1 FROM whose WHERE whose.kind = so.kind AND entity = other))
),
judged AS (SELECT said.*, known.person IS NOT NULL AS good FROM said LEFT JOIN known USING (relation, person, other))
SELECT relation, evidence, count(*) AS ties, avg(good::INTEGER) AS precision,
    count(DISTINCT CASE WHEN good THEN hash(person, other) END)
        / (SELECT count(*) FROM known WHERE known.relation = judged.relation) AS recall
FROM judged GROUP BY GROUPING SETS ((relation), (relation, evidence)) ORDER BY relation, evidence NULLS FIRST
