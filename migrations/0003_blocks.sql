-- Blocks: the thin catalogue, the payloads beside it, and the sequence of changes.

CREATE SEQUENCE block_id_seq AS bigint;

CREATE TABLE block (
    id          bigint   NOT NULL,
    dataset_id  bigint   NOT NULL REFERENCES dataset,
    file_id     bigint   NOT NULL REFERENCES vcf_file,
    contig      smallint NOT NULL,
    first_pos   integer  NOT NULL,
    last_pos    integer  NOT NULL,
    span_start  integer  NOT NULL,
    span_end    integer  NOT NULL,
    n           integer  NOT NULL,
    bucket      smallint NOT NULL,
    bytes       integer  NOT NULL,
    created_seq bigint   NOT NULL,
    removed_seq bigint,
    CONSTRAINT block_pkey PRIMARY KEY (id),
    CONSTRAINT block_span CHECK (span_start <= first_pos AND first_pos <= last_pos AND last_pos <= span_end),
    CONSTRAINT block_bucket CHECK (bucket BETWEEN 0 AND 255)
);
CREATE INDEX block_dataset_idx ON block (dataset_id, contig, span_start);
CREATE INDEX block_file_idx ON block (file_id);
COMMENT ON TABLE  block IS 'A run of sorted alleles of one contig of one file; immutable. Id from block_id_seq.';
COMMENT ON COLUMN block.span_start IS 'The block speaks for span_start to span_end; the spans of a file tile its contigs.';
COMMENT ON COLUMN block.bucket IS 'Shard key: hash(dataset, contig, first_pos >> 24) % 256.';
COMMENT ON COLUMN block.bytes IS 'Size of its payloads.';
COMMENT ON COLUMN block.removed_seq IS 'Version at which compaction replaced it.';

-- Payload tables hold no sequence numbers and begin every key with the shard key, so that their partitions can
-- move to other servers. The catalogue row commits last: a payload without one is invisible.
CREATE TABLE site_payload (
    bucket   smallint NOT NULL,
    block_id bigint   NOT NULL,
    data     bytea    NOT NULL,
    CONSTRAINT site_payload_pkey PRIMARY KEY (bucket, block_id)
) PARTITION BY RANGE (bucket);
CREATE TABLE site_payload_0 PARTITION OF site_payload FOR VALUES FROM (0) TO (256);

CREATE TABLE frequency_payload (
    bucket           smallint NOT NULL,
    block_id         bigint   NOT NULL,
    group_version_id bigint   NOT NULL,
    data             bytea    NOT NULL,
    CONSTRAINT frequency_payload_pkey PRIMARY KEY (bucket, block_id, group_version_id)
) PARTITION BY RANGE (bucket);
CREATE TABLE frequency_payload_0 PARTITION OF frequency_payload FOR VALUES FROM (0) TO (256);

CREATE TABLE genotype_payload (
    bucket   smallint NOT NULL,
    block_id bigint   NOT NULL,
    frame    smallint NOT NULL,
    data     bytea    NOT NULL,
    CONSTRAINT genotype_payload_pkey PRIMARY KEY (bucket, block_id, frame)
) PARTITION BY RANGE (bucket);
CREATE TABLE genotype_payload_0 PARTITION OF genotype_payload FOR VALUES FROM (0) TO (256);

-- The payloads are compressed already.
ALTER TABLE site_payload_0      ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE frequency_payload_0 ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE genotype_payload_0  ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE site_payload      IS 'Arrow IPC stream, zstd: pos, ref, alt, end, id, qual, filter, type, ...';
COMMENT ON TABLE frequency_payload IS 'Arrow IPC stream, zstd: counts of one group version.';
COMMENT ON TABLE genotype_payload  IS 'Arrow IPC stream, zstd: genotype planes, in frames of at most 1 MiB.';

CREATE TABLE head (
    id                boolean NOT NULL DEFAULT true,
    epoch             bigint  NOT NULL,
    seq               bigint  NOT NULL,
    floor             bigint  NOT NULL,
    system_identifier text    NOT NULL DEFAULT '',
    timeline          integer NOT NULL DEFAULT 0,
    CONSTRAINT head_pkey PRIMARY KEY (id),
    CONSTRAINT head_one_row CHECK (id)
);
INSERT INTO head (epoch, seq, floor) VALUES (1, 0, 0);
COMMENT ON TABLE  head IS 'The newest version. Bumped by the last statement of a transaction, so seq is dense and in commit order.';
COMMENT ON COLUMN head.floor IS 'Oldest version that can still be read.';
COMMENT ON COLUMN head.system_identifier IS 'Of the database cluster that wrote seq; another one means another history.';

CREATE TABLE change (
    seq        bigint      NOT NULL,
    kind       text        NOT NULL CONSTRAINT change_kind CHECK (kind IN (
        'dataset_created', 'dataset_completed', 'dataset_deleted', 'file_started', 'block_added', 'blocks_compacted',
        'file_retracted', 'file_ready', 'group_published', 'genes_replaced')),
    dataset_id bigint,
    file_id    bigint,
    contig     smallint,
    span_start integer,
    span_end   integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT change_pkey PRIMARY KEY (seq)
);
COMMENT ON TABLE change IS 'One row a version. A change without a span concerns all that its file or dataset covers.';

CREATE TABLE pin (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    seq        bigint      NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pin_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE pin IS 'Versions that somebody is reading; the sweeper spares what they need.';
CREATE INDEX block_created_idx ON block (created_seq);
CREATE INDEX block_removed_idx ON block (removed_seq) WHERE removed_seq IS NOT NULL;
