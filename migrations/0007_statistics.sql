-- Runs of statistical tools and their results.

CREATE TABLE statistic (
    id           bigint           GENERATED ALWAYS AS IDENTITY,
    tool         text             NOT NULL,
    inputs       jsonb            NOT NULL,
    key          bytea            NOT NULL,
    epoch        bigint           NOT NULL,
    seq          bigint           NOT NULL,
    state        text             NOT NULL DEFAULT 'running'
        CONSTRAINT statistic_state CHECK (state IN ('running', 'ready', 'failed', 'cancelled')),
    progress     double precision NOT NULL DEFAULT 0
        CONSTRAINT statistic_progress CHECK (progress BETWEEN 0 AND 1),
    lease        uuid             NOT NULL,
    leased_until timestamptz      NOT NULL,
    result       bytea,
    warnings     text[]           NOT NULL DEFAULT '{}',
    error        text,
    created_by   uuid REFERENCES app_user ON DELETE SET NULL,
    created_at   timestamptz      NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT statistic_pkey PRIMARY KEY (id),
    CONSTRAINT statistic_result CHECK ((state = 'ready') = (result IS NOT NULL)),
    CONSTRAINT statistic_error CHECK (state <> 'failed' OR error IS NOT NULL)
);
CREATE UNIQUE INDEX statistic_key ON statistic (key) WHERE state IN ('running', 'ready');
CREATE INDEX statistic_leased_idx ON statistic (leased_until) WHERE state = 'running';
ALTER TABLE statistic ALTER COLUMN result SET STORAGE EXTERNAL;
COMMENT ON TABLE  statistic IS 'Runs of the tools of r/TOOLS.md. Who asks the same again is given the run that is there.';
COMMENT ON COLUMN statistic.inputs IS 'What was asked, names written in full.';
COMMENT ON COLUMN statistic.key IS 'Digest of all that the result depends on: tool, resolved query, version.';
COMMENT ON COLUMN statistic.seq IS 'The version that it is computed from.';
COMMENT ON COLUMN statistic.lease IS 'Held by the instance that works on it and renews leased_until; a run whose lease ran out has failed.';
COMMENT ON COLUMN statistic.result IS 'Arrow IPC stream, zstd.';
COMMENT ON COLUMN statistic.error IS 'Why it failed, for a person.';
