import type { App } from '../app.ts';
import { dockerfiles, instructionsOf, type Instruction } from './dockerfile.ts';

export interface Stage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

/** What a Dockerfile builds by default: its last stage. */
export interface Image {
  readonly file: string;
  readonly last: Stage;
  /** The last stage and the stages that it stands on, the last one first. */
  readonly layers: readonly Stage[];
  /** These, and all from which files are copied. */
  readonly sources: readonly Stage[];
}

/** Dockerfiles that are for developers and tests by their names, and those of Laravel Sail. */
const NOT_FOR_HOSTS = /(?:^|[./_-])(?:dev|devel|development|devcontainer|local|tests?|testing|sail)(?:[./_-]|$)|(?:^|\/)docker\/\d\.\d\/Dockerfile$/i;

/** The images that the repository builds for hosts. */
export function imagesOf({ repository }: Pick<App, 'repository'>): readonly Image[] {
  return dockerfiles(repository).filter((file) => repository.holds(file) && !NOT_FOR_HOSTS.test(file)).flatMap((file) => imageOf(file, repository.text(file) ?? '') ?? []);
}

export function imageOf(file: string, text: string): Image | undefined {
  const stages = stagesOf(instructionsOf(file, text));
  const last = stages.at(-1);
  if (last === undefined) return undefined;
  const layers = reach([last], ({ base }) => stages.filter(({ name }) => name !== '' && name === base.toLowerCase()));
  const sources = reach(layers, (stage) => {
    const names = [stage.base, ...stage.instructions.flatMap(({ text: words }) => /--from=(\S+)/.exec(words)?.[1] ?? [])].map((name) => name.toLowerCase());
    return stages.filter(({ name }, index) => names.includes(String(index)) || (name !== '' && names.includes(name)));
  });
  return { file, last, layers, sources };
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.flatMap((start, index): readonly Stage[] => {
    const from = instructions[start];
    if (from === undefined) return [];
    const [base = '', , name = ''] = from.text.split(/\s+/).filter((word) => !word.startsWith('--'));
    return [{ name: name.toLowerCase(), base, from, instructions: instructions.slice(start + 1, starts[index + 1]) }];
  });
}

function reach(from: readonly Stage[], next: (stage: Stage) => readonly Stage[]): readonly Stage[] {
  const found = new Set(from);
  for (const stage of found) for (const each of next(stage)) found.add(each);
  return [...found];
}
