/** What proofs/run.ts hands to a proof, and what a proof answers. */
export interface ProofIo {
  readonly quick: boolean;
  readonly log: (line: string) => void;
}

export interface Proven {
  readonly passed: number;
  readonly total: number;
}

/** Counts what held and says what did not. */
export class Checks {
  passed = 0;
  total = 0;
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** `detail` is shown when it does not hold. */
  that(what: string, holds: boolean, detail: unknown = ''): void {
    this.total++;
    if (holds) this.passed++;
    const said = typeof detail === 'string' ? detail : JSON.stringify(detail);
    this.#log(holds ? `  ok      ${what}` : `  NOT OK  ${what}${said === '' ? '' : `: ${said}`}`);
  }

  same(what: string, found: unknown, wanted: unknown): void {
    const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
    this.that(what, left === right, `found ${left}, wanted ${right}`);
  }

  get proven(): Proven {
    return { passed: this.passed, total: this.total };
  }
}

/** Asks again until `holds` says yes; throws after `forMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, forMs: number, everyMs = 25): Promise<number> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > forMs) throw new Error(`${what}: not within ${Math.round(forMs / 1000)} s`);
    await new Promise((resolve) => { setTimeout(resolve, everyMs); });
  }
  return performance.now() - begun;
}
