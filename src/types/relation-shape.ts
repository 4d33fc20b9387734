/** A table or a view as TypeScript is to see it. */
export interface RelationShape {
  /** What its types begin with. */
  readonly name: string;
  /** What queries call it. */
  readonly key: string;
  readonly comment: string | undefined;
  readonly columns: readonly ColumnShape[];
}

/** What a column is to those who read and write it. */
export interface ColumnShape {
  readonly key: string;
  /** What a query gives, with null where it may be null. */
  readonly select: string;
  /** What may be written, likewise; undefined: nothing. */
  readonly insert: string | undefined;
  /** An INSERT may leave it out. */
  readonly isOptional: boolean;
  readonly comment: string | undefined;
}

/** Whether anybody may write to it. */
export const isWritable = ({ columns }: RelationShape): boolean => columns.some(({ insert }) => insert !== undefined);
