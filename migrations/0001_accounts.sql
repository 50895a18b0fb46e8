-- Accounts, login sessions, API tokens.

CREATE TABLE app_user (
    id            uuid        NOT NULL DEFAULT gen_random_uuid(),
    email         text        NOT NULL,
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,
    CONSTRAINT app_user_pkey PRIMARY KEY (id),
    CONSTRAINT app_user_email_lower CHECK (email = lower(email))
);
CREATE UNIQUE INDEX app_user_email_key ON app_user (email);
COMMENT ON TABLE  app_user IS 'Everyone who is registered may do everything.';
COMMENT ON COLUMN app_user.password_hash IS 'argon2id, PHC string.';

CREATE SCHEMA tower_sessions;
CREATE TABLE tower_sessions.session (
    id          text        NOT NULL,
    data        bytea       NOT NULL,
    expiry_date timestamptz NOT NULL,
    user_id     uuid REFERENCES app_user ON DELETE CASCADE,
    CONSTRAINT session_pkey PRIMARY KEY (id)
);
CREATE INDEX session_user_id_idx ON tower_sessions.session (user_id);
COMMENT ON TABLE  tower_sessions.session IS 'Login sessions, in the form that tower-sessions reads.';
COMMENT ON COLUMN tower_sessions.session.user_id IS 'Whose session it is, for revocation; null before login.';

CREATE TABLE api_token (
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id      uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    name         text        NOT NULL,
    token_sha256 bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT api_token_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX api_token_sha256_key ON api_token (token_sha256);
COMMENT ON COLUMN api_token.token_sha256 IS 'SHA-256 of the secret; the secret itself is shown once and not kept.';

CREATE TABLE login_attempt (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    kind       text        NOT NULL CONSTRAINT login_attempt_kind CHECK (kind IN ('login', 'register')),
    email      text        NOT NULL,
    address    inet,
    succeeded  boolean     NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT login_attempt_pkey PRIMARY KEY (id)
);
CREATE INDEX login_attempt_email_idx ON login_attempt (email, created_at);
CREATE INDEX login_attempt_address_idx ON login_attempt (address, created_at);
COMMENT ON TABLE login_attempt IS 'For rate limits by account and by address; swept after a day.';

CREATE TABLE ws_ticket (
    ticket_sha256 bytea       NOT NULL,
    user_id       uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    session_id    text,
    token_id      uuid REFERENCES api_token ON DELETE CASCADE,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT ws_ticket_pkey PRIMARY KEY (ticket_sha256)
);
COMMENT ON TABLE ws_ticket IS 'One-time tickets for the WebSocket; taken by whichever instance the socket reaches.';
