-- Gene annotation: what each source says of each build, and what of it was not taken.

CREATE TABLE gene_release (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    build_id    smallint    NOT NULL REFERENCES reference_build,
    source      text        NOT NULL,
    release     text        NOT NULL,
    genes       integer     NOT NULL,
    intervals   integer     NOT NULL,
    refused     integer     NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    created_seq bigint,
    CONSTRAINT gene_release_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX gene_release_source_key ON gene_release (build_id, source);
COMMENT ON TABLE  gene_release IS 'The current annotation of a build by a source; an import replaces it whole.';
COMMENT ON COLUMN gene_release.source IS 'Who published it: biovizBase, ideogram.';
COMMENT ON COLUMN gene_release.release IS 'As the source numbers its releases.';
COMMENT ON COLUMN gene_release.refused IS 'Rows of gene_refusal.';
COMMENT ON COLUMN gene_release.created_seq IS 'Version that brought it; null only within the transaction that writes it.';

CREATE SEQUENCE gene_id_seq AS bigint;

CREATE TABLE gene (
    id          bigint NOT NULL,
    release_id  bigint NOT NULL REFERENCES gene_release ON DELETE CASCADE,
    symbol      text   NOT NULL,
    ensembl_id  text,
    description text,
    CONSTRAINT gene_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX gene_symbol_key ON gene (release_id, symbol);
COMMENT ON TABLE  gene IS 'A gene of a release. Id from gene_id_seq.';
COMMENT ON COLUMN gene.symbol IS 'Unique within the release; the Ensembl id where distant genes share a symbol.';
COMMENT ON COLUMN gene.ensembl_id IS 'Ensembl gene id without version, where the source tells it; several genes may share one.';

CREATE TABLE gene_interval (
    gene_id   bigint   NOT NULL REFERENCES gene ON DELETE CASCADE,
    contig    smallint NOT NULL,
    start_pos integer  NOT NULL,
    end_pos   integer  NOT NULL,
    strand    text CONSTRAINT gene_interval_strand CHECK (strand IN ('+', '-')),
    CONSTRAINT gene_interval_pkey PRIMARY KEY (gene_id, contig, start_pos),
    CONSTRAINT gene_interval_order CHECK (1 <= start_pos AND start_pos <= end_pos)
);
COMMENT ON TABLE  gene_interval IS 'Where a gene lies, 1-based inclusive; those of one gene neither overlap nor touch.';
COMMENT ON COLUMN gene_interval.contig IS 'Ordinal of the contig in the build.';
COMMENT ON COLUMN gene_interval.strand IS 'Null where the source does not tell it, or tells both.';

CREATE TABLE gene_alias (
    gene_id bigint NOT NULL REFERENCES gene ON DELETE CASCADE,
    alias   text   NOT NULL,
    CONSTRAINT gene_alias_pkey PRIMARY KEY (gene_id, alias)
);
COMMENT ON TABLE gene_alias IS 'Other names. Several genes may share one: it then leads to none of them.';

CREATE TABLE gene_refusal (
    release_id bigint  NOT NULL REFERENCES gene_release ON DELETE CASCADE,
    number     integer NOT NULL,
    reason     text    NOT NULL CONSTRAINT gene_refusal_reason CHECK (reason IN (
        'off_standard_contig', 'out_of_range', 'malformed', 'symbol_united', 'symbol_shared', 'ensembl_id_shared')),
    symbol     text    NOT NULL,
    ensembl_id text,
    place      text    NOT NULL,
    message    text    NOT NULL,
    CONSTRAINT gene_refusal_pkey PRIMARY KEY (release_id, number)
);
COMMENT ON TABLE  gene_refusal IS 'What of a release was left out, or decided by the rule for conflicting names.';
COMMENT ON COLUMN gene_refusal.place IS 'As the source writes it: scaffolds have no ordinal.';
