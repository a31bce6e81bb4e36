-- Firms and their insured members by industry; cells of fewer than five are not told.
SELECT industry, count(*) AS firms, CAST(coalesce(sum(members), 0) AS BIGINT) AS members
FROM base.firms
WHERE industry IS NOT NULL
GROUP BY ALL
HAVING count(*) >= 5
ORDER BY ALL
