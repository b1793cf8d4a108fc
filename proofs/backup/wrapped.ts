/** Programs that lie: they stand before the real ones on the PATH, and do what a case says. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a program does instead: POSIX shell; `$REAL` is the true program, `$HERE` the folder of the case's files. */
export type Script = string;

export class LyingPrograms {
  readonly bin: string;
  readonly #case: string;

  /** `real`: path of each true program, by the name it is called by. */
  constructor(dir: string, real: Readonly<Record<string, string>>) {
    this.bin = join(dir, 'lying-bin');
    this.#case = join(dir, 'lying-case');
    mkdirSync(this.bin, { recursive: true });
    this.honest();
    for (const [name, path] of Object.entries(real)) {
      const file = join(this.bin, name);
      // Asked for its version or its flags, every program is itself.
      writeFileSync(file, `#!/bin/sh\nREAL=${path}\nHERE=${this.#case}\ncase " $* " in *" --version "*|*" --help "*|*" -V "*) exec "$REAL" "$@" ;; esac\n[ -f "$HERE/${name}.sh" ] || exec "$REAL" "$@"\n. "$HERE/${name}.sh"\n`);
      chmodSync(file, 0o755);
    }
  }

  /** All programs are themselves again. */
  honest(): void {
    if (existsSync(this.#case)) rmSync(this.#case, { recursive: true });
    mkdirSync(this.#case);
  }

  lie(program: string, script: Script, files: Readonly<Record<string, Buffer | string>> = {}): void {
    writeFileSync(join(this.#case, `${program}.sh`), `${script}\n`);
    for (const [name, body] of Object.entries(files)) writeFileSync(join(this.#case, name), body);
  }
}
