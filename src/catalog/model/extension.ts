export interface Extension {
  readonly name: string;
  readonly version: string;
  readonly schema: string;
  readonly owner: string;
  readonly comment?: string;
}
