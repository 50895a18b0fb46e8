-- Groups whose counts INFO states, groups made by hand, and groups that are removed.

ALTER TABLE dataset ADD COLUMN info_groups jsonb NOT NULL DEFAULT '"auto"';
ALTER TABLE dataset ADD COLUMN groups_seq bigint NOT NULL DEFAULT 0;
ALTER TABLE dataset ADD COLUMN groups_changed_at timestamptz;
COMMENT ON COLUMN dataset.info_groups IS 'Which groups to make of the INFO of files without samples: "auto", "none", or the chosen ones.';
COMMENT ON COLUMN dataset.groups_seq IS 'Version that last made, changed, renamed or removed a group of it.';
COMMENT ON COLUMN dataset.groups_changed_at IS 'When that was.';

ALTER TABLE sample_group ADD COLUMN info jsonb;
ALTER TABLE sample_group ADD COLUMN removed_seq bigint;
COMMENT ON COLUMN sample_group.info IS 'The INFO keys that state its counts; null for a group of samples.';
COMMENT ON COLUMN sample_group.removed_seq IS 'Version from which it is gone; versions before it still answer.';
DROP INDEX sample_group_name_key;
CREATE UNIQUE INDEX sample_group_name_key ON sample_group (dataset_id, family, value) WHERE removed_seq IS NULL;

ALTER TABLE change DROP CONSTRAINT change_kind;
ALTER TABLE change ADD CONSTRAINT change_kind CHECK (kind IN (
    'dataset_created', 'dataset_completed', 'dataset_deleted', 'file_started', 'block_added', 'blocks_compacted',
    'file_retracted', 'file_ready', 'group_published', 'group_removed', 'group_renamed', 'genes_replaced'));
