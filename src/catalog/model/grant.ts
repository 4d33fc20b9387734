/** One privilege of one grantee. */
export interface Grant {
  /** A role, or `public` for everybody (no role can have that name). */
  readonly grantee: string;
  readonly grantor: string;
  /** Such as `SELECT` or `EXECUTE`. */
  readonly privilege: string;
  /** WITH GRANT OPTION. */
  readonly grantable: boolean;
}

/** What an object has beside its own attributes. */
export interface Governed {
  readonly owner: string;
  /** Absent while the access list was never touched: the defaults of the kind hold. An empty list means nobody. */
  readonly grants?: readonly Grant[];
  readonly comment?: string;
}

/** ALTER DEFAULT PRIVILEGES. */
export interface DefaultPrivileges {
  /** Whose future objects get the grants. */
  readonly role: string;
  /** Absent: in every schema. */
  readonly schema?: string;
  readonly objects: "tables" | "sequences" | "functions" | "types" | "schemas" | "large objects";
  readonly grants: readonly Grant[];
}
