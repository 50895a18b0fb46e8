-- What files say of sites that they leave out: callable regions of a dataset, coverage of a gVCF.

ALTER TABLE block ADD COLUMN has_coverage boolean NOT NULL DEFAULT false;
CREATE INDEX block_coverage_idx ON block (dataset_id) WHERE has_coverage;
COMMENT ON COLUMN block.has_coverage IS 'The file is a gVCF: coverage_payload says which samples are covered in the span; without, all are where the dataset says so.';
COMMENT ON COLUMN block.first_pos IS 'Position of the first allele; of a block without alleles, the first covered position.';

CREATE TABLE coverage_payload (
    bucket   smallint NOT NULL,
    block_id bigint   NOT NULL,
    frame    smallint NOT NULL,
    data     bytea    NOT NULL,
    CONSTRAINT coverage_payload_pkey PRIMARY KEY (bucket, block_id, frame)
) PARTITION BY RANGE (bucket);
CREATE TABLE coverage_payload_0 PARTITION OF coverage_payload FOR VALUES FROM (0) TO (256);
ALTER TABLE coverage_payload_0 ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE  coverage_payload IS 'Arrow IPC streams, zstd: what a gVCF says between its alleles.';
COMMENT ON COLUMN coverage_payload.frame IS '0: the runs (start, end, depth of each sample); from 1 on: each run''s calls, laid out like genotype_payload.';

CREATE TABLE callable_regions (
    id          bigint  GENERATED ALWAYS AS IDENTITY,
    dataset_id  bigint  NOT NULL REFERENCES dataset ON DELETE CASCADE,
    regions     integer NOT NULL,
    bases       bigint  NOT NULL,
    data        bytea   NOT NULL,
    created_seq bigint  NOT NULL,
    removed_seq bigint,
    CONSTRAINT callable_regions_pkey PRIMARY KEY (id)
);
ALTER TABLE callable_regions ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX callable_regions_dataset_idx ON callable_regions (dataset_id);
COMMENT ON TABLE  callable_regions IS 'Where a dataset''s files were called, out of a BED: there, and only there, a site that they leave out means the reference.';
COMMENT ON COLUMN callable_regions.data IS 'Arrow IPC stream, zstd: contig (ordinal), start, end; 1-based and inclusive, merged.';
COMMENT ON COLUMN callable_regions.created_seq IS 'Version from which they hold; 0 where the dataset was made with them.';
COMMENT ON COLUMN callable_regions.removed_seq IS 'Version from which others hold.';

-- One more kind of change, beside whichever there are.
DO $$
DECLARE
    known text := (SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
                   WHERE conrelid = 'change'::regclass AND conname = 'change_kind');
BEGIN
    ALTER TABLE change DROP CONSTRAINT change_kind;
    EXECUTE format('ALTER TABLE change ADD CONSTRAINT change_kind CHECK (%s OR kind = ''callable_replaced'')', known);
END $$;
