SELECT * FROM granting_grantrow
WHERE resource = %s AND department = %s AND purpose = %s
ORDER BY starts DESC, id DESC
