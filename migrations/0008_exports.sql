-- Exports: results as files, each of one version.

CREATE TABLE export (
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id      uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    format       text        NOT NULL CONSTRAINT export_format CHECK (format IN ('csv')),
    filename     text        NOT NULL,
    request      jsonb       NOT NULL,
    provenance   jsonb       NOT NULL,
    epoch        bigint      NOT NULL,
    seq          bigint      NOT NULL,
    pin_id       bigint REFERENCES pin ON DELETE SET NULL,
    state        text        NOT NULL DEFAULT 'running'
        CONSTRAINT export_state CHECK (state IN ('running', 'ready', 'failed')),
    progress     double precision NOT NULL DEFAULT 0
        CONSTRAINT export_progress CHECK (progress BETWEEN 0 AND 1),
    rows         bigint      NOT NULL DEFAULT 0,
    bytes        bigint      NOT NULL DEFAULT 0,
    error        jsonb,
    lease        uuid,
    leased_until timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT export_pkey PRIMARY KEY (id)
);
CREATE INDEX export_user_idx ON export (user_id, created_at);
CREATE INDEX export_running_idx ON export (created_at) WHERE state = 'running';
CREATE INDEX export_lease_idx ON export (lease);
COMMENT ON TABLE  export IS 'What was asked for, and where its file stands. Without a lease it waits for an instance to write it.';
COMMENT ON COLUMN export.request IS 'The question as asked: query, build, datasets, groups, hq. It means the same at its version for ever.';
COMMENT ON COLUMN export.provenance IS 'Canonical query, groups, datasets and their files, software; as they were when it was asked for.';
COMMENT ON COLUMN export.pin_id IS 'Keeps the version readable while the file is being written.';
COMMENT ON COLUMN export.lease IS 'Held by the instance that writes it, and the name of its file.';
