-- What a platform's own limit on the account makes impossible is posted as relief of what campaigns hold.

-- +goose Up
ALTER TABLE postings DROP CONSTRAINT postings_kind_check;
ALTER TABLE postings ADD CONSTRAINT postings_kind_check CHECK (kind IN ('reserve', 'top_up', 'post', 'release', 'expire', 'relief'));

-- +goose Down
DELETE FROM postings WHERE kind = 'relief';
ALTER TABLE postings DROP CONSTRAINT postings_kind_check;
ALTER TABLE postings ADD CONSTRAINT postings_kind_check CHECK (kind IN ('reserve', 'top_up', 'post', 'release', 'expire'));
