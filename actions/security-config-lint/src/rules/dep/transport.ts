import type { App } from '../../app.ts';
import { composerOf, jsonPlace, membersOf, objectIn } from '../../facts/composer.ts';
import type { Severity } from '../../severity.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

interface Weakness {
  readonly subject: string;
  readonly severity: Severity;
  readonly words: readonly string[];
  readonly shown: string;
  readonly so: string;
  readonly remedy: string;
}

export function checkTransport(app: App): Judgement {
  const composer = composerOf(app);
  if (composer === undefined) return notApplicable('there is no composer.json');
  const { json, file, text } = composer;
  const config = objectIn(json['config']) ?? {};
  const found: Weakness[] = [];
  if (config['secure-http'] === false) found.push({ subject: 'config.secure-http', severity: 'high', words: ['secure-http'], shown: 'false', so: 'so packages may come over http, where anybody on the way can change them', remedy: 'Delete the line.' });
  if (config['disable-tls'] === true) found.push({ subject: 'config.disable-tls', severity: 'high', words: ['disable-tls'], shown: 'true', so: 'so packages come over http, where anybody on the way can change them', remedy: 'Delete the line.' });
  membersOf(json['repositories']).forEach((each) => {
    const url = objectIn(each)?.['url'];
    if (typeof url === 'string' && /^http:\/\//i.test(url)) {
      found.push({ subject: `repositories[${URL.parse(url)?.origin ?? 'http'}]`, severity: 'high', words: [url], shown: 'http', so: 'so anybody on the way can change what comes from it', remedy: 'Use its https address.' });
    }
  });
  if (json['minimum-stability'] === 'dev' && json['prefer-stable'] !== true) {
    found.push({ subject: 'minimum-stability', severity: 'low', words: ['minimum-stability'], shown: "'dev'", so: 'without `prefer-stable`, so unreleased code is taken where there is a release', remedy: 'Add `"prefer-stable": true`, or delete `minimum-stability`.' });
  }
  const findings = found.map(({ words, so, ...each }) => placeFinding(app, {
    ...each, rank: each.severity === 'high' ? 2 : 1, place: jsonPlace(file, text, ...words), what: `${each.subject} is ${each.shown}`, message: `\`${each.subject}\` of composer.json is ${each.shown}, ${so}.`,
  }));
  return judged({ findings, safe: [{ subject: 'composer.json', shown: 'https', trace: [] }] }, '');
}
