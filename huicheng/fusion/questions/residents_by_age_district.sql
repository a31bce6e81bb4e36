-- Residents who live here, by district, five-year age band and sex; cells of fewer than five are not told.
SELECT district,
       CASE WHEN age >= 90 THEN '90+'
            ELSE lpad(CAST(age // 5 * 5 AS VARCHAR), 2, '0') || '–' || lpad(CAST(age // 5 * 5 + 4 AS VARCHAR), 2, '0')
       END AS age_band,
       sex,
       count(*) AS residents
FROM (
    SELECT district, sex, date_diff('year', birth_date, CAST($today AS DATE))
           - CAST(strftime(birth_date, '%m%d') > strftime(CAST($today AS DATE), '%m%d') AS INTEGER) AS age
    FROM base.people
    WHERE birth_date IS NOT NULL AND sex IS NOT NULL AND district IS NOT NULL
      AND coalesce(status, '正常') NOT IN ('死亡', '迁出')
)
WHERE age >= 0
GROUP BY ALL
HAVING count(*) >= 5
ORDER BY ALL
