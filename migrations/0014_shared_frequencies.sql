-- The groups of a block share payloads of frequencies. A payload is one Arrow IPC stream: a schema, then one record batch
-- for each group version. Any reader may take the schema and only the batches that it wants; `ends` says where they lie.

ALTER TABLE frequency_payload RENAME COLUMN group_version_id TO first_version;
ALTER TABLE frequency_payload ADD COLUMN group_versions bigint[], ADD COLUMN ends integer[];

-- The payloads so far are of one group version each. A stream begins with four bytes of ones and the length of the schema,
-- low byte first; after the schema comes the batch.
UPDATE frequency_payload SET
    group_versions = ARRAY[first_version],
    ends = ARRAY[8 + get_byte(substring(data FROM 5 FOR 4), 0) + (get_byte(substring(data FROM 5 FOR 4), 1) << 8)
                   + (get_byte(substring(data FROM 5 FOR 4), 2) << 16), octet_length(data)];

ALTER TABLE frequency_payload ALTER COLUMN group_versions SET NOT NULL, ALTER COLUMN ends SET NOT NULL,
    ADD CONSTRAINT frequency_payload_parts CHECK (first_version = group_versions[1]
                                                  AND cardinality(ends) = cardinality(group_versions) + 1);
COMMENT ON TABLE  frequency_payload IS 'Arrow IPC stream, zstd: counts, one record batch for each of some group versions.';
COMMENT ON COLUMN frequency_payload.first_version IS 'The first of group_versions, as a key.';
COMMENT ON COLUMN frequency_payload.group_versions IS 'The group versions, in the order of the batches.';
COMMENT ON COLUMN frequency_payload.ends IS 'Offsets in data at which the schema and then each batch end.';
