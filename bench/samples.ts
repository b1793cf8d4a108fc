/** Measured values by name. */
export class Samples {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  median(name: string): number {
    const values = this.#all(name).toSorted((a, b) => a - b);
    const upper = values[Math.floor(values.length / 2)] ?? NaN;
    const lower = values[Math.ceil(values.length / 2) - 1] ?? NaN;
    return (upper + lower) / 2;
  }

  max(name: string): number {
    return Math.max(...this.#all(name));
  }

  /** A line for each name: median, least and most. */
  table(): string[] {
    return [...this.#values].map(([name, values]) => {
      const cells = [this.median(name), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0).padStart(7));
      return `${name.padEnd(24)} median ${cells[0]}  least ${cells[1]}  most ${cells[2]}  of ${values.length}`;
    });
  }

  #all(name: string): readonly number[] {
    const values = this.#values.get(name);
    if (values === undefined) throw new Error(`nothing was measured as "${name}"`);
    return values;
  }
}
