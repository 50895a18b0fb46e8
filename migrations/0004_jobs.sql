-- Work in the background, claimed by any instance.

CREATE TABLE job (
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    kind         text        NOT NULL CONSTRAINT job_kind CHECK (kind IN ('import', 'compact', 'recount')),
    dataset_id   bigint REFERENCES dataset ON DELETE CASCADE,
    file_id      bigint REFERENCES vcf_file ON DELETE CASCADE,
    group_version_id bigint REFERENCES group_version ON DELETE CASCADE,
    state        text        NOT NULL DEFAULT 'queued'
        CONSTRAINT job_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    lease        uuid,
    leased_until timestamptz,
    attempts     integer     NOT NULL DEFAULT 0,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT job_pkey PRIMARY KEY (id)
);
CREATE INDEX job_open_idx ON job (kind, id) WHERE state IN ('queued', 'running');
COMMENT ON COLUMN job.lease IS 'Held by the worker that renews leased_until; every commit of a job checks it.';
