/** The second version of the state schema: what the schema of the application was like when a run had ended. */
export const SNAPSHOT_STATE = `
CREATE TABLE lockkeeper.snapshot (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id bigint,
  command text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  format integer NOT NULL,
  fingerprint text NOT NULL,
  catalog bytea NOT NULL,
  drifted integer NOT NULL DEFAULT 0,
  looked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE lockkeeper.snapshot IS 'The schema as runs left it, the newest few; catalog: gzip of its JSON. drifted: how many objects were otherwise when somebody looked last.';

-- Readiness asks under the roles of applications.
GRANT SELECT (id, taken_at, fingerprint, drifted, looked_at) ON lockkeeper.snapshot TO PUBLIC;
`;
