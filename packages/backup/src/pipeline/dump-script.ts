import type { StreamRequest } from '@ops/remote';
import type { Secret } from '@ops/shared';
import type { Argument } from '../engines/engine.ts';
import { scripts } from '../scripts.generated.ts';
import type { ArtifactRequest } from './artifact.ts';
import { draftsOf } from './host-copy.ts';

const MAX_GZIP_LEVEL = 9;

/** The dump script of one artifact with everything it needs as values: nothing is ever interpolated. Pure. */
export function dumpScript(request: Pick<ArtifactRequest, 'plan' | 'login' | 'codec' | 'onHost'>, nonce: string): Pick<StreamRequest, 'script' | 'values' | 'secrets' | 'privateDir'> {
  const { plan, login, codec, onHost } = request;
  const drafts = draftsOf(onHost);
  const values: Record<string, string> = {
    NONCE: nonce,
    COMMANDS: String(plan.commands.length),
    BEFORE: plan.before === undefined ? '0' : '1',
    LOGINS: String(login.files.length),
    CODEC: codec.compression,
    LEVEL: String(codec.level),
    GZIP_LEVEL: String(Math.min(codec.level, MAX_GZIP_LEVEL)),
    ADAPT: codec.adapt === true ? '1' : '0',
    COPIES: String(drafts.length),
    PRIMARY: onHost?.primary === undefined ? '0' : '1',
  };
  drafts.forEach((draft, index) => { for (const [name, value] of Object.entries(draft.values)) values[`COPY_${name}_${index + 1}`] = value; });
  const word = (key: string, argument: Argument): void => {
    if (typeof argument === 'string') { values[`ARG_${key}`] = `=${argument}`; return; }
    values[`ARG_${key}`] = `@${argument.prefix}`;
    values[`FILE_${key}`] = argument.file;
  };
  const numbered = [...(plan.before === undefined ? [] : [[0, plan.before] as const]), ...plan.commands.map((command, index) => [index + 1, command] as const)];
  for (const [number, command] of numbered) {
    values[`ID_${number}`] = command.id;
    values[`PROGRAM_${number}`] = command.program;
    values[`ARGS_${number}`] = String(command.args.length);
    command.args.forEach((argument, index) => word(`${number}_${index + 1}`, argument));
  }
  const environment = Object.entries(login.env);
  values['ENVS'] = String(environment.length);
  environment.forEach(([name, argument], index) => {
    values[`ENV_NAME_${index + 1}`] = name;
    word(`ENV_${index + 1}`, argument);
  });
  const secrets: Record<string, Secret> = {};
  login.files.forEach((file, index) => {
    values[`LOGIN_NAME_${index + 1}`] = file.name;
    secrets[`LOGIN_TEXT_${index + 1}`] = file.text;
  });
  return { script: drafts.length === 0 ? scripts['dump.sh'] : `${scripts['store-folder.sh']}${scripts['dump.sh']}`, values, secrets, privateDir: true };
}
