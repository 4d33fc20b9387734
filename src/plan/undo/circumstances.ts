/** What is known of a statement's undo from the rest of its migration. */
export interface Circumstances {
  /** A later statement of the migration removes what this one makes, so its undo must not insist on finding it. */
  readonly ifExists: boolean;
  /** The index that `ADD CONSTRAINT … USING INDEX` takes was made by the migration: it need not stand again. */
  readonly ownIndex: boolean;
}

export const ALONE: Circumstances = { ifExists: false, ownIndex: false };
