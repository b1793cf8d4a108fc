import { isSecretKey } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { composeServices } from '../../facts/compose.ts';
import { dockerfiles, instructionsOf, type Instruction } from '../../facts/dockerfile.ts';
import type { Finding, Place } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';
import { secretKind } from '../../secret-text.ts';

const ASSIGNMENT = /([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|(\S+))/g;

export function checkSecrets(app: App): Judgement {
  const { repository } = app;
  const files = dockerfiles(repository).filter((file) => repository.holds(file));
  const variables = [
    ...files.flatMap((file) => instructionsOf(file, repository.text(file) ?? '').flatMap(variablesOf)),
    ...composeServices(app).flatMap(({ environment }) => environment.map(({ name, value, place }) => ({ name, value: value ?? '', place }))),
  ];
  const findings = variables.filter(({ name, value }) => isSecret(name, value)).map(({ name, place }): Finding => placeFinding(app, {
    subject: `${place.file}:${name}`, severity: 'high', place, shown: 'a secret', what: `${name} is a secret`,
    message: `\`${name}\` in ${place.file} is a secret in plain text, so the repository and the history of the image tell it.`,
    remedy: 'Rotate it; give secrets of the build with `RUN --mount=type=secret`, and those of the application when the container starts.',
  }));
  const looked = files.length > 0 || variables.length > 0;
  return judged({ findings, safe: looked ? [{ subject: 'images', shown: 'no secret', trace: [] }] : [] }, 'there is no Dockerfile and no compose file');
}

function isSecret(name: string, value: string): boolean {
  const kind = secretKind(value);
  return kind === 'vendor' || (kind === 'random' && isSecretKey(name));
}

function variablesOf({ name, text, file, line }: Instruction): readonly { readonly name: string; readonly value: string; readonly place: Place }[] {
  if (name !== 'ARG' && name !== 'ENV') return [];
  const place = { file, line, column: 1 };
  const old = name === 'ENV' ? /^([A-Za-z_]\w*)\s+(.+)$/.exec(text) : null;
  if (old !== null) return [{ name: old[1] ?? '', value: old[2] ?? '', place }];
  return [...text.matchAll(ASSIGNMENT)].map(([, key = '', double, single, bare]) => ({ name: key, value: double ?? single ?? bare ?? '', place }));
}
