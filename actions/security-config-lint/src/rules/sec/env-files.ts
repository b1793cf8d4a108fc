import { castEnv, type DotenvEntry } from '@ops/laravel';
import { isPlaceholder, isSecretKey } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { envReadings, stepAt, valuePlace } from '../../facts/env-files.ts';
import { ignoredBy, type Ignored } from '../../facts/ignored.ts';
import type { Finding, Safe } from '../../finding.ts';
import { judged, notApplicable, notAsked, type Judgement } from '../../judgement.ts';

const ENV_FILE = /(?:^|\/)\.env(?:[.-][^/]+)?$/;
/** Files that hold no values of an application which runs: templates, tests, and what is encrypted. */
const HARMLESS = /[.-](?:example|dist|template|tmpl|sample|stub|testing|tests?|ci|dusk|encrypted)(?:[.-]|$)/;
const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?)([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*?)[ \t]*$/;
const SHOWN_NAMES = 3;
/** Of what a bundler writes into files for browsers. */
const FOR_BROWSERS = /^(?:VITE|MIX)_/;
const NEVER_PUBLIC = /(?:^|_)(?:SECRETS?|PASSWORDS?|PASSWD|PRIVATE)(?:_|$)/;

export function checkTracked({ repository }: App): Judgement {
  if (!repository.isGit) return notApplicable('git was not asked');
  const files = repository.files.filter((file) => ENV_FILE.test(file) && repository.holds(file));
  const judgedFiles = files.filter((file) => !HARMLESS.test(file.slice(file.lastIndexOf('/') + 1)));
  const findings: Finding[] = [];
  const safe: Safe[] = files.filter((file) => !judgedFiles.includes(file)).map((file) => ({ subject: file, shown: 'a template', trace: [] }));
  for (const file of judgedFiles) {
    const secrets = secretsIn(repository.text(file) ?? '');
    const [first] = secrets;
    if (first === undefined) safe.push({ subject: file, shown: 'no secret', trace: [] });
    else findings.push({
      subject: file, severity: 'critical', rank: secrets.length, shown: 'tracked', place: { file, line: first.line, column: first.column },
      message: `${file} is tracked by git and holds ${named(secrets.map(({ name }) => name))}, so whoever can read the repository has them.`,
      remedy: `Remove it with \`git rm --cached ${file}\`, ignore it, and rotate every secret in it: the history keeps them.`,
      trace: [{ file: file.slice(repository.prefix.length), line: first.line, column: first.column, what: `${first.name} is set`, env: first.name }],
    });
  }
  return judged({ findings, safe }, 'git tracks no env file');
}

function named(names: readonly string[]): string {
  const rest = names.length - SHOWN_NAMES;
  return `${names.slice(0, SHOWN_NAMES).map((name) => `\`${name}\``).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

interface NamedSecret {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** Line by line: an empty value never takes the next line, and a file that phpdotenv rejects has its secrets all the same. */
function secretsIn(text: string): readonly NamedSecret[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const [, before = '', name = '', given = ''] = ASSIGNMENT.exec(line) ?? [];
    const value = given.replace(/^(["'])(.*)\1.*$/, '$2').replace(/\s+#.*$/, '');
    return isSecretKey(name) && isRealSecret(value) ? [{ name, line: index + 1, column: before.length + 1 }] : [];
  });
}

function isRealSecret(value: string): boolean {
  return value !== '' && !value.startsWith('#') && typeof castEnv(value) === 'string' && castEnv(value) !== '' && !/^\d{1,5}$/.test(value) && !/^["']/.test(value) && !isPlaceholder(value);
}

export function checkIgnored({ repository }: App): Judgement {
  if (!repository.isGit) return notApplicable('git was not asked');
  const file = `${repository.prefix}.env`;
  const folders = file.split('/').slice(0, -1).map((_, index, parts) => `${parts.slice(0, index + 1).join('/')}/`);
  // The deepest file that says something about it wins.
  const answer = ['', ...folders].reduce<Ignored>((before, folder) => {
    const said = ignoredBy(repository.text(`${folder}.gitignore`) ?? '', file.slice(folder.length), 'git');
    return said === 'unsaid' ? before : said;
  }, 'unsaid');
  if (answer === 'ignored') return judged({ safe: [{ subject: file, shown: 'ignored', trace: [] }] }, '');
  const ignore = [`${repository.prefix}.gitignore`, '.gitignore'].find((each) => repository.holds(each));
  return judged({ findings: [{
    subject: file, severity: 'high', rank: 1, shown: 'not ignored', trace: [], ...(ignore === undefined ? {} : { place: { file: ignore, line: 1, column: 1 } }),
    message: `${ignore ?? 'No .gitignore'} ${ignore === undefined ? 'ignores' : 'does not ignore'} ${file}, so the next \`git add .\` takes its secrets in.`, remedy: `Write \`${ignore?.includes('/') === true || repository.prefix === '' ? '.env' : `/${file}`}\` into ${ignore ?? '.gitignore'}.`,
  }] }, '');
}

export function checkFrontend(app: App): Judgement {
  const readings = envReadings(app);
  if (readings.length === 0) return notAsked('there is no env file to look at');
  const findings: Finding[] = [];
  const safe: Safe[] = [];
  for (const reading of readings) {
    for (const entry of reading.entries.filter(({ name }) => FOR_BROWSERS.test(name))) {
      const trace = [stepAt(reading, entry.nameSpan, `${entry.name} is set`, entry.name)];
      const why = reason(entry, reading.isTemplate);
      if (why === undefined) safe.push({ subject: entry.name, shown: 'public', trace });
      else findings.push({
        subject: entry.name, severity: 'high', rank: 1, shown: 'in the bundle', trace, place: valuePlace(app, reading, entry),
        message: `\`${entry.name}\` at line ${entry.nameSpan.line} of ${reading.name} ${why}, and the bundler writes it into files that every browser gets.`,
        remedy: 'Call it without the prefix and use it on the server only. If it was ever built, rotate it.',
      });
    }
  }
  const [rejected] = readings.filter(({ failure }) => failure !== undefined);
  const undecided = rejected === undefined ? [] : [{ subject: rejected.name, reason: 'unreadable', why: `phpdotenv rejects ${rejected.name}`, trace: [] }];
  return judged({ findings, safe, undecided }, 'no key is for browsers');
}

/** Why a key with the prefix is a secret. A template has names and no values. */
function reason({ name, value }: DotenvEntry, isTemplate: boolean): string | undefined {
  const taken = (value?.parts.slice(1) ?? []).map((part) => /^\$\{([\w.]+)\}/.exec(part)?.[1] ?? '').find((key) => NEVER_PUBLIC.test(key.toUpperCase()));
  if (taken !== undefined) return `takes in \`${taken}\``;
  const bare = name.replace(FOR_BROWSERS, '');
  if (!NEVER_PUBLIC.test(bare.toUpperCase()) || !isSecretKey(bare)) return undefined;
  const text = value?.parts.join('') ?? '';
  const isSwitch = text !== '' && (typeof castEnv(text) !== 'string' || /^\d+$/.test(text));
  return isSwitch || (text === '' && !isTemplate) ? undefined : 'is called a secret';
}
