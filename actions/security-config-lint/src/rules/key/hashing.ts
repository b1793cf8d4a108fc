import type { App } from '../../app.ts';
import { decide, intOf, isNull, isTruthy, textOf, type Decided } from '../../decide.ts';
import { isFramework, NO_VERSION } from '../../facts/versions.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, setting } from '../../subject-value.ts';

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const ROUNDS = { low: 10, good: 12 } as const;
const ARGON = { memoryKib: 19_456, time: 2 } as const;
/** What the hashers take when the configuration says nothing: Illuminate\Hashing\ArgonHasher. */
const ARGON_DEFAULT = { memory: 1024, time: 2 } as const;

/** `bcrypt`, `argon`; another text is a driver of the application's own. */
function driverOf(app: App): Decided<string> {
  return decide(app.laravel.config('hashing.driver'), (value) => (isNull(value) ? 'bcrypt' : (textOf(value) ?? '').replace(/^argon2id$/, 'argon')));
}

export function checkCost(app: App): Judgement {
  const driver = driverOf(app);
  if (driver.kind === 'undecided') return judged({ undecided: [{ subject: 'hashing.driver', trace: [], ...driver.why }] }, '');
  if (driver.value === 'bcrypt') return judged(bcrypt(app), 'nothing is hashed');
  return driver.value === 'argon' ? judged(together([argon(app, 'memory'), argon(app, 'time')]), 'nothing is hashed') : notApplicable('hashes are made by a driver of the application');
}

function bcrypt(app: App): Answers {
  const asked = configValue(app, 'hashing.bcrypt.rounds');
  return judgeValue(app, asked, (value) => {
    const isNew = isFramework(app, '10.0.0');
    if (isNull(value) && isNew === undefined) return NO_VERSION;
    const rounds = isNull(value) ? (isNew === true ? 12 : 10) : (intOf(value) ?? 0);
    if (rounds >= ROUNDS.good) return undefined;
    const fix = setValueFix(app, asked, ROUNDS.good, 'safe');
    return { severity: rounds < ROUNDS.low ? 'high' : 'medium', so: `that is ${rounds} rounds, below ${rounds < ROUNDS.low ? ROUNDS.low : ROUNDS.good}`, remedy: setting(asked, String(ROUNDS.good)), rank: 32 - rounds, fix };
  });
}

function argon(app: App, what: 'memory' | 'time'): Answers {
  const asked = configValue(app, `hashing.argon.${what}`);
  const least = what === 'memory' ? ARGON.memoryKib : ARGON.time;
  return judgeValue(app, asked, (value) => {
    const cost = isNull(value) ? ARGON_DEFAULT[what] : (intOf(value) ?? 0);
    return cost >= least ? undefined : { severity: 'high', so: `that is ${cost}, below ${least}`, remedy: setting(asked, String(least)), rank: least - cost, fix: setValueFix(app, asked, least, 'safe') };
  });
}

export function checkVerify(app: App): Judgement {
  const driver = driverOf(app);
  if (driver.kind === 'undecided') return judged({ undecided: [{ subject: 'hashing.driver', trace: [], ...driver.why }] }, '');
  const paths = [...(driver.value === 'bcrypt' || driver.value === 'argon' ? [`hashing.${driver.value}.verify`] : []), 'hashing.rehash_on_login'];
  return judged(together(paths.map((path) => {
    const asked = configValue(app, path);
    if (asked.value.kind === 'unset') return {};
    const so = path.endsWith('verify') ? 'so hashes of another algorithm are accepted' : 'so old hashes are never renewed';
    return judgeValue(app, asked, (value) => (isTruthy(value) ? undefined : { severity: 'low', so, remedy: setting(asked, 'true'), fix: setValueFix(app, asked, true, 'safe') }));
  })), 'the configuration says nothing about it');
}
