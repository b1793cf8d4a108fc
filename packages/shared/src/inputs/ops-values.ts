// What everybody knows of the file, apart from ops-file.ts, which loads a YAML parser.

/** Names of all inputs of all actions, by action; which are secret, and which are never read from the file. */
export type InputRegistry = Readonly<Record<string, { readonly inputs: readonly string[]; readonly secret: readonly string[]; readonly fixed: readonly string[] }>>;

/** `.github/ops.yml` as one action sees it. */
export interface OpsFile {
  /** The value for an input in an environment, by the order of precedence; undefined when the file has none. */
  value(environment: string, input: string): string | undefined;
  /** Environments that the file has. */
  readonly environments: readonly string[];
}

export const OPS_FILE = '.github/ops.yml';
export const NO_OPS_FILE: OpsFile = { value: () => undefined, environments: [] };
