-- Leased pins of whole instances, what accounts store, and what the sweeper looks for.

ALTER TABLE pin ADD COLUMN holder uuid;
CREATE UNIQUE INDEX pin_holder_key ON pin (holder);
CREATE INDEX pin_expires_idx ON pin (expires_at);
COMMENT ON COLUMN pin.seq IS 'Oldest version that its holder may still read.';
COMMENT ON COLUMN pin.holder IS 'The instance that renews it, for all that it reads; null for the pin of an export.';

CREATE TABLE upload (
    raw_id  uuid   NOT NULL,
    user_id uuid REFERENCES app_user ON DELETE SET NULL,
    stored  bigint NOT NULL DEFAULT 0 CONSTRAINT upload_stored CHECK (stored >= 0),
    CONSTRAINT upload_pkey PRIMARY KEY (raw_id)
);
CREATE INDEX upload_user_idx ON upload (user_id);
COMMENT ON TABLE  upload IS 'Raw bytes of one upload, for as long as any are stored.';
COMMENT ON COLUMN upload.user_id IS 'Whose quota they count against.';
COMMENT ON COLUMN upload.stored IS 'Sum of its parts.';
INSERT INTO upload (raw_id, user_id, stored)
SELECT DISTINCT ON (f.raw_id) f.raw_id, f.created_by,
       (SELECT coalesce(sum(p.length), 0) FROM upload_part p WHERE p.raw_id = f.raw_id)
FROM vcf_file f ORDER BY f.raw_id, f.id DESC;

ALTER TABLE vcf_file ADD COLUMN declared_sha256 bytea
    CONSTRAINT vcf_file_declared_sha256 CHECK (octet_length(declared_sha256) = 32);
COMMENT ON COLUMN vcf_file.declared_sha256 IS 'What the uploader says the bytes'' SHA-256 is; a file with another one is refused.';

CREATE INDEX vcf_file_removed_idx ON vcf_file (removed_seq) WHERE removed_seq IS NOT NULL;
CREATE INDEX dataset_removed_idx ON dataset (removed_seq) WHERE removed_seq IS NOT NULL;
CREATE INDEX group_version_superseded_idx ON group_version (superseded_seq) WHERE superseded_seq IS NOT NULL;
CREATE INDEX job_finished_idx ON job (finished_at) WHERE finished_at IS NOT NULL;
