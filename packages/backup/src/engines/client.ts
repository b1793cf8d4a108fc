import { randomBytes } from 'node:crypto';
import type { StreamRequest } from '@ops/remote';
import type { Secret } from '@ops/shared';
import type { Place } from '../place.ts';
import { scripts } from '../scripts.generated.ts';
import { ClientQuery, type ClientDialect } from './client-query.ts';
import type { Argument, ClientLogin } from './engine.ts';

const NONCE_BYTES = 16;

/** A program with its arguments, its login files and its environment as values and secrets of client.sh. */
export function clientValues(program: string, args: readonly Argument[], login: ClientLogin): Required<Pick<StreamRequest, 'values' | 'secrets'>> {
  const values: Record<string, string> = { PROGRAM: program, ARGS: String(args.length), FILES: String(login.files.length), LC_ALL: 'C' };
  const secrets: Record<string, Secret> = {};
  const place = (name: string, at: number, argument: Argument): void => {
    values[`${name === 'ENV' ? 'ENV_TEXT' : name}_${at}`] = typeof argument === 'string' ? argument : argument.prefix;
    values[`${name}_FILE_${at}`] = typeof argument === 'string' ? '' : argument.file;
  };
  args.forEach((argument, index) => place('ARG', index + 1, argument));
  login.files.forEach((file, index) => {
    values[`FILE_NAME_${index + 1}`] = file.name;
    secrets[`FILE_TEXT_${index + 1}`] = file.text;
  });
  const environment = Object.entries(login.env);
  values['ENVS'] = String(environment.length);
  environment.forEach(([name, value], index) => {
    values[`ENV_NAME_${index + 1}`] = name;
    place('ENV', index + 1, value);
  });
  return { values, secrets };
}

/** Starts a command line client on the place and returns it as a Query. Abort ends it at once: of a cancelled run nobody waits for one after the other. */
export function openClient(place: Place, title: string, program: string, args: readonly Argument[], login: ClientLogin, dialect: ClientDialect, signal: AbortSignal): ClientQuery {
  const early: string[] = [];
  const stderr = { note: (line: string): void => { early.push(line); } };
  const stream = place.open({
    title, script: scripts['client.sh'], ...clientValues(program, args, login), privateDir: true,
    onStderrLine: (line) => stderr.note(line), signal,
  });
  const query = new ClientQuery(stream, dialect, title, randomBytes(NONCE_BYTES).toString('hex'));
  stderr.note = (line) => query.noteStderr(line);
  for (const line of early) query.noteStderr(line);
  return query;
}
