-- Reference builds, datasets, files, samples and groups.

CREATE TABLE reference_build (
    id   smallint NOT NULL,
    name text     NOT NULL,
    CONSTRAINT reference_build_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX reference_build_name_key ON reference_build (name);

CREATE TABLE contig (
    build_id smallint NOT NULL REFERENCES reference_build,
    ordinal  smallint NOT NULL,
    name     text     NOT NULL,
    length   integer,
    aliases  text[]   NOT NULL DEFAULT '{}',
    CONSTRAINT contig_pkey PRIMARY KEY (build_id, ordinal)
);
CREATE UNIQUE INDEX contig_name_key ON contig (build_id, name);
COMMENT ON COLUMN contig.ordinal IS 'Identifies the contig within its build and orders it; 1 to 25 are 1 to 22, X, Y, MT.';

CREATE TABLE dataset (
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    build_id     smallint    NOT NULL REFERENCES reference_build,
    name         text        NOT NULL,
    slug         text        NOT NULL,
    profile      text        NOT NULL CONSTRAINT dataset_profile CHECK (profile IN ('spec', 'strict', 'tolerant')),
    absent_sites text        NOT NULL CONSTRAINT dataset_absent_sites CHECK (absent_sites IN ('unknown', 'reference')),
    panel        text,
    ignore_prefix boolean    NOT NULL DEFAULT false,
    created_by   uuid REFERENCES app_user ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    removed_seq  bigint,
    CONSTRAINT dataset_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX dataset_slug_key ON dataset (slug) WHERE removed_seq IS NULL;
COMMENT ON COLUMN dataset.slug IS 'Names the dataset in queries: dataset.family.value.';
COMMENT ON COLUMN dataset.panel IS 'Sample panel as pasted: TSV with header, or PED.';
COMMENT ON COLUMN dataset.completed_at IS 'When the uploader said that no further file follows.';
COMMENT ON COLUMN dataset.removed_seq IS 'Version at which the dataset was deleted; hides all its blocks from then on.';

CREATE TABLE sample (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    dataset_id bigint NOT NULL REFERENCES dataset ON DELETE CASCADE,
    name       text   NOT NULL,
    sex        text CONSTRAINT sample_sex CHECK (sex IN ('female', 'male')),
    CONSTRAINT sample_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX sample_name_key ON sample (dataset_id, name);

CREATE TABLE vcf_file (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    dataset_id  bigint      NOT NULL REFERENCES dataset ON DELETE CASCADE,
    raw_id      uuid        NOT NULL,
    filename    text        NOT NULL,
    state       text        NOT NULL DEFAULT 'waiting'
        CONSTRAINT vcf_file_state CHECK (state IN ('waiting', 'importing', 'ready', 'failed', 'cancelled')),
    size        bigint,
    received    bigint      NOT NULL DEFAULT 0,
    received_all boolean    NOT NULL DEFAULT false,
    sha256      bytea,
    expires_at  timestamptz,
    sample_ids  bigint[]    NOT NULL DEFAULT '{}',
    parsed      bigint      NOT NULL DEFAULT 0,
    records     bigint      NOT NULL DEFAULT 0,
    alleles     bigint      NOT NULL DEFAULT 0,
    header      text,
    checkpoint  jsonb,
    error       jsonb,
    created_by  uuid REFERENCES app_user ON DELETE SET NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    removed_seq bigint,
    CONSTRAINT vcf_file_pkey PRIMARY KEY (id)
);
CREATE INDEX vcf_file_dataset_idx ON vcf_file (dataset_id);
CREATE INDEX vcf_file_raw_idx ON vcf_file (raw_id);
COMMENT ON COLUMN vcf_file.raw_id IS 'Names the raw bytes in object storage; a retried file reuses them.';
COMMENT ON COLUMN vcf_file.size IS 'Upload-Length as declared; null while deferred.';
COMMENT ON COLUMN vcf_file.sample_ids IS 'Samples in the order of the file''s columns, that of its genotype planes.';
COMMENT ON COLUMN vcf_file.parsed IS 'Raw bytes read into committed blocks.';
COMMENT ON COLUMN vcf_file.checkpoint IS 'Where the import stands; written in the transaction of the block it belongs to.';
COMMENT ON COLUMN vcf_file.removed_seq IS 'Version at which the file was retracted; hides all its blocks from then on.';

CREATE TABLE upload_part (
    raw_id uuid    NOT NULL,
    number integer NOT NULL,
    start  bigint  NOT NULL,
    length integer NOT NULL,
    CONSTRAINT upload_part_pkey PRIMARY KEY (raw_id, number),
    CONSTRAINT upload_part_length CHECK (length > 0)
);
CREATE UNIQUE INDEX upload_part_start_key ON upload_part (raw_id, start);
COMMENT ON TABLE upload_part IS 'Numbered objects that raw bytes were stored as; object stores do not append.';

CREATE TABLE sample_group (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    dataset_id bigint      NOT NULL REFERENCES dataset ON DELETE CASCADE,
    family     text        NOT NULL,
    value      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sample_group_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX sample_group_name_key ON sample_group (dataset_id, family, value);
COMMENT ON COLUMN sample_group.family IS 'The panel column; ''all'' with value ''all'' always exists.';

CREATE TABLE group_version (
    id             bigint   GENERATED ALWAYS AS IDENTITY,
    group_id       bigint   NOT NULL REFERENCES sample_group ON DELETE CASCADE,
    members        bigint[] NOT NULL,
    published_seq  bigint,
    superseded_seq bigint,
    CONSTRAINT group_version_pkey PRIMARY KEY (id)
);
CREATE INDEX group_version_group_idx ON group_version (group_id);
COMMENT ON TABLE  group_version IS 'Immutable; a group changes by publishing a new version.';
COMMENT ON COLUMN group_version.members IS 'Ids of the samples.';
COMMENT ON COLUMN group_version.published_seq IS 'Version from which it answers; null while its frequencies are built.';

CREATE TABLE finding (
    id       bigint  GENERATED ALWAYS AS IDENTITY,
    file_id  bigint  NOT NULL REFERENCES vcf_file ON DELETE CASCADE,
    rule     text    NOT NULL,
    severity text    NOT NULL CONSTRAINT finding_severity CHECK (severity IN ('error', 'warning')),
    line     bigint  NOT NULL,
    "column" integer NOT NULL,
    text     text    NOT NULL,
    message  text    NOT NULL,
    CONSTRAINT finding_pkey PRIMARY KEY (id)
);
CREATE INDEX finding_file_idx ON finding (file_id, rule, line);
COMMENT ON TABLE finding IS 'What the validation found; the first thousand of each rule.';

CREATE TABLE finding_total (
    file_id  bigint NOT NULL REFERENCES vcf_file ON DELETE CASCADE,
    rule     text   NOT NULL,
    severity text   NOT NULL CONSTRAINT finding_total_severity CHECK (severity IN ('error', 'warning')),
    n        bigint NOT NULL,
    CONSTRAINT finding_total_pkey PRIMARY KEY (file_id, rule, severity)
);
COMMENT ON TABLE finding_total IS 'Exact number of findings of each rule.';
