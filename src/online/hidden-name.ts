/** What is dropped and stays until `contract` is called until then: columns, what is kept with them, and what they need. */
export const hiddenName = (name: string): string => `${PREFIX}${name}`;

export const isHidden = (name: string): boolean => name.startsWith(PREFIX);

const PREFIX = "lockkeeper_dropped_";

/** The schema in which a dropped table is kept until `contract`. */
export const quarantineName = (table: string): string => `${QUARANTINE}${table}`;

export const isQuarantine = (schema: string): boolean => schema.startsWith(QUARANTINE);

const QUARANTINE = "lockkeeper_quarantine_";
