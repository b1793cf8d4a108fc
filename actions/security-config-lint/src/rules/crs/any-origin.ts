import type { ConfigValue } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { decide, textOf, type Decided, type Settled, type Why } from '../../decide.ts';
import { anyOriginOptions, covers } from '../../cors/public-paths.ts';
import { anyEntry, NOBODY_ASKED, ORIGINS, PATHS, PATTERNS, patternReach, reachOf, sendsCookies, withoutCors, type Reach } from '../../cors/settings.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { show } from '../../show.ts';
import { configValue, findingOf, type Bad, type SubjectValue } from '../../subject-value.ts';

const LIST_THEM = 'List the origins in `cors.allowed_origins`, each with its scheme.';

/** What lets everybody in: the list or the patterns, at the entry that does it. */
interface Door {
  readonly at: SubjectValue;
  readonly shown: string;
}

export function checkAnyOriginWithCookies(app: App): Judgement {
  const off = withoutCors(app);
  if (off !== undefined) return off;
  const cookies = sendsCookies(app);
  if (cookies.kind === 'settled' && !cookies.value) return judged({ safe: [{ subject: ORIGINS, shown: 'without cookies', trace: app.laravel.config('cors.supports_credentials').trace }] }, '');
  return judgeDoor(app, () => (cookies.kind === 'undecided' ? cookies.why : { severity: 'critical', so: 'and cookies go along, so every site reads what its visitors may read here', remedy: LIST_THEM, rank: 2 }));
}

export const checkAnyOrigin = withOptions(anyOriginOptions, (app, { 'public-paths': open }) => {
  const off = withoutCors(app);
  if (off !== undefined) return off;
  const cookies = sendsCookies(app);
  if (cookies.kind === 'settled' && cookies.value) return notApplicable('cookies go along, which FWS-CRS-001 judges');
  const isPrivate = anyEntry(app.laravel.config(PATHS), (path) => !open.some((each) => covers(each, `/${(textOf(path) ?? '').replace(/^\/+/, '')}`)));
  if (isPrivate.kind === 'settled' && !isPrivate.value) return judged({ safe: [{ subject: ORIGINS, shown: 'public paths', trace: app.laravel.config(PATHS).trace }] }, '');
  return judgeDoor(app, () => (isPrivate.kind === 'undecided' ? isPrivate.why : {
    severity: app.strict === true ? 'high' : 'medium', so: 'so every site reads what these paths answer without a cookie', remedy: `${LIST_THEM} If everybody may read the paths, name them in the option \`public-paths\`.`,
  }));
});

export function checkCatchAllPath(app: App): Judgement {
  const off = withoutCors(app);
  if (off !== undefined) return off;
  const asked = configValue(app, PATHS);
  const isAll = (path: Settled): boolean => /^\*+$/.test((textOf(path) ?? '').replace(/^\/+|\/+$/g, ''));
  const everywhere = anyEntry(asked.value, isAll);
  const open = { subject: PATHS, trace: asked.value.trace };
  if (everywhere.kind === 'undecided') return judged({ undecided: [{ ...open, ...everywhere.why }] }, NOBODY_ASKED);
  const good = judged({ safe: [{ ...open, shown: everywhere.value ? 'with fixed origins' : show(asked.value) }] }, '');
  if (!everywhere.value) return good;
  const fixed = isFixed(app);
  if (fixed.kind === 'undecided') return judged({ undecided: [{ ...open, ...fixed.why }] }, NOBODY_ASKED);
  if (fixed.value) return good;
  const at = entryWith(app, PATHS, isAll);
  return judged({ findings: [findingOf(app, { ...asked, value: at.value }, { severity: 'low', so: 'so every address of the application answers other origins', remedy: 'Name the paths that other origins need, such as `api/*`.' }, "'*'")] }, '');
}

/** True when every origin is written out. */
function isFixed(app: App): Decided<boolean> {
  const reaches = (wanted: (reach: Reach) => boolean, how: (entry: Settled) => Reach | Why) => (entry: Settled): boolean | Why => {
    const reach = how(entry);
    return typeof reach === 'string' ? wanted(reach) : reach;
  };
  const loose = anyEntry(app.laravel.config(ORIGINS), reaches((reach) => reach === 'everybody' || reach === 'some', reachOf));
  const patterns = anyEntry(app.laravel.config(PATTERNS), () => true);
  const yes = [loose, patterns].find((each) => each.kind === 'settled' && each.value);
  const open = [loose, patterns].find((each) => each.kind === 'undecided');
  return yes !== undefined ? { kind: 'settled', value: false } : open ?? { kind: 'settled', value: true };
}

/** Both settings have one subject, the one that the wire shows too. */
function judgeDoor(app: App, judge: () => Bad | Why): Judgement {
  const all = (how: (entry: Settled) => Reach | Why) => (entry: Settled): boolean | Why => {
    const reach = how(entry);
    return typeof reach === 'string' ? reach === 'everybody' : reach;
  };
  const parts = [{ path: ORIGINS, isDoor: all(reachOf) }, { path: PATTERNS, isDoor: all(patternReach) }];
  const answers = parts.map(({ path, isDoor }) => ({ path, isDoor, answer: anyEntry(app.laravel.config(path), isDoor) }));
  const door = answers.find(({ answer }) => answer.kind === 'settled' && answer.value);
  const { trace } = app.laravel.config(ORIGINS);
  if (door === undefined) {
    const open = answers.flatMap(({ path, answer }) => (answer.kind === 'undecided' ? [{ subject: ORIGINS, trace: app.laravel.config(path).trace, ...answer.why }] : []));
    return judged({ undecided: open, safe: [{ subject: ORIGINS, shown: 'not everybody', trace }] }, '');
  }
  const bad = judge();
  if ('why' in bad) return judged({ undecided: [{ subject: ORIGINS, trace, ...bad }] }, '');
  const { at, shown } = doorAt(app, door.path, door.isDoor);
  return judged({ findings: [{ ...findingOf(app, at, bad, shown), subject: ORIGINS }] }, '');
}

function doorAt(app: App, path: string, isDoor: (entry: Settled) => boolean | Why): Door {
  const at = entryWith(app, path, isDoor);
  return { at, shown: path === PATTERNS ? 'a pattern that matches everybody' : show(at.value, { origins: true }) };
}

/** The entry for which it is true, else the list. */
function entryWith(app: App, path: string, isIt: (entry: Settled) => boolean | Why): SubjectValue {
  const list = app.laravel.config(path);
  const lists: readonly ConfigValue[] = list.kind === 'one-of' ? list.values : [list];
  for (const each of lists) {
    if (each.kind !== 'array') continue;
    for (const [index, value] of each.entries) {
      const answer = decide<boolean>(value, isIt);
      if (answer.kind === 'settled' && answer.value) return { subject: path, value, key: app.laravel.keyOf(`${path}.${index}`) ?? app.laravel.keyOf(path) };
    }
  }
  return { subject: path, value: list, key: app.laravel.keyOf(path) };
}
