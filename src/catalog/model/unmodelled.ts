/** An object that exists and whose attributes the catalog does not hold. */
export interface Unmodelled {
  /** In the words of pg_identify_object: `cast`, `operator class`, `text search configuration`, … */
  readonly kind: string;
  readonly name: string;
}
