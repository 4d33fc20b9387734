/** What a dropped column, or what is kept with it, is called until `contract`. */
export const hiddenName = (name: string): string => `${PREFIX}${name}`;

export const isHidden = (name: string): boolean => name.startsWith(PREFIX);

const PREFIX = "lockkeeper_dropped_";
