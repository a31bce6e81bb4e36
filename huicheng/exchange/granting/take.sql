UPDATE granting_quotarow
SET used = CASE WHEN "window" < %s THEN %s ELSE used + %s END,
    "window" = CASE WHEN "window" < %s THEN %s ELSE "window" END
WHERE grant_id = %s AND span = %s AND ("window" < %s OR used <= %s)
