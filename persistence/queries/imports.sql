-- name: imports_put
INSERT INTO imported_products AS p (id, version, offer, file, imported_by, imported_at, place)
SELECT d.id, d.version, d.offer::jsonb, $4, $5, $6, d.n
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS d (id, version, offer, n)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, offer = excluded.offer, file = excluded.file, imported_by = excluded.imported_by,
  imported_at = excluded.imported_at, place = excluded.place, taken_at = NULL, taken_run = ''
WHERE p.version <> excluded.version
RETURNING xmax = 0;

-- name: imports_waiting
SELECT id, version, offer FROM imported_products WHERE taken_at IS NULL ORDER BY imported_at, place, id LIMIT $1;

-- name: imports_taken
UPDATE imported_products p SET taken_at = $3, taken_run = $4
FROM unnest($1::text[], $2::text[]) AS d (id, version)
WHERE p.id = d.id AND p.version = d.version AND p.taken_at IS NULL;
