-- Houses and their area by district, use and decade; cells of fewer than five are not told.
SELECT district, use, built_year // 10 * 10 AS decade, count(*) AS houses, round(sum(area), 1) AS area
FROM base.houses
WHERE district IS NOT NULL AND use IS NOT NULL
GROUP BY ALL
HAVING count(*) >= 5
ORDER BY ALL
