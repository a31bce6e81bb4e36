-- Firms by year of founding and district; cells of fewer than five are not told.
SELECT year(registered_on) AS year, district, count(*) AS firms
FROM base.firms
WHERE registered_on IS NOT NULL AND district IS NOT NULL
GROUP BY ALL
HAVING count(*) >= 5
ORDER BY ALL
