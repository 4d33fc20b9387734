/** The third version of the state schema: what was shown before and after runs, by which gates are judged. */
export const EVIDENCE_STATE = `
CREATE TABLE lockkeeper.evidence (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL DEFAULT session_user,
  held boolean NOT NULL,
  bound_to text,
  report jsonb NOT NULL
);
CREATE INDEX evidence_kind_idx ON lockkeeper.evidence (kind, id DESC);
COMMENT ON TABLE lockkeeper.evidence IS 'What was shown: backups that were restored, rehearsals, checks, approvals. held: whether what it speaks of held. bound_to: digest of what it was shown for; null where it holds for the database as a whole.';
`;
