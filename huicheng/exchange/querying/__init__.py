"""查询 — tables read by other departments' programs: filters, pages and formats, never the policy's other side."""
