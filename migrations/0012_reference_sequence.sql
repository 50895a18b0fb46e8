-- Reference sequences, by which an import left-aligns alleles and checks REF.

CREATE TABLE reference_sequence (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    build_id   smallint    NOT NULL REFERENCES reference_build,
    name       text        NOT NULL,
    raw_id     uuid        NOT NULL,
    sha256     bytea,
    added_at   timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz,
    removed_at timestamptz,
    CONSTRAINT reference_sequence_pkey PRIMARY KEY (id),
    CONSTRAINT reference_sequence_ready CHECK (ready_at IS NULL OR sha256 IS NOT NULL)
);
CREATE UNIQUE INDEX reference_sequence_build_key ON reference_sequence (build_id) WHERE removed_at IS NULL;
COMMENT ON TABLE  reference_sequence IS 'A FASTA that the operator added; one of each build is in use. The row outlives the bases, to say what a file was aligned with.';
COMMENT ON COLUMN reference_sequence.name IS 'Name of the file that it was read from.';
COMMENT ON COLUMN reference_sequence.raw_id IS 'Names its parts in object storage: 2^20 bases each, two to a byte.';
COMMENT ON COLUMN reference_sequence.sha256 IS 'Of the file as it was given.';
COMMENT ON COLUMN reference_sequence.ready_at IS 'When all parts were stored; null while they are being written.';

CREATE TABLE reference_sequence_contig (
    reference_id bigint   NOT NULL REFERENCES reference_sequence ON DELETE CASCADE,
    ordinal      smallint NOT NULL,
    name         text     NOT NULL,
    length       integer  NOT NULL,
    first_part   integer  NOT NULL,
    CONSTRAINT reference_sequence_contig_pkey PRIMARY KEY (reference_id, ordinal)
);
COMMENT ON COLUMN reference_sequence_contig.ordinal IS 'Of the contig within the build.';
COMMENT ON COLUMN reference_sequence_contig.name IS 'As the FASTA has it.';
COMMENT ON COLUMN reference_sequence_contig.first_part IS 'Number of the part with its first base; the others follow.';

ALTER TABLE vcf_file
    ADD COLUMN reference_id bigint REFERENCES reference_sequence,
    ADD COLUMN shifted      bigint NOT NULL DEFAULT 0,
    ADD COLUMN unshifted    bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN vcf_file.reference_id IS 'What its alleles are aligned with, settled when the import starts; null where they are trimmed only.';
COMMENT ON COLUMN vcf_file.shifted IS 'Alleles that left alignment moved.';
COMMENT ON COLUMN vcf_file.unshifted IS 'Alleles that it would have moved, but for the reorder window or a REF that the reference does not have.';
