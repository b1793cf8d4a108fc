import { targetInputs } from '@ops/release';
import { boolean, choice, text, type ActionContract, type InputsOf } from '@ops/shared';

const inputs = {
  ...targetInputs,
  mode: { description: 'rollback, or status to print what is live, the lock and the candidates', schema: choice(['rollback', 'status']), default: 'rollback', rule: 'one of: rollback, status', example: 'status' },
  to: { description: 'Release id or commit to return to; default: the last good release before the live one', schema: text(), rule: 'a release id or at least 7 digits of a commit', example: '0a1b2c3' },
  database: { description: 'keep leaves the schema as it is (down and restore are not built yet)', schema: choice(['keep']), default: 'keep', rule: 'keep', example: 'keep' },
  'allow-schema-ahead': { description: 'Go back although later migrations can break the old code', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
} as const;

export const contract = {
  name: 'rollback',
  title: 'Rollback',
  description: 'Put a known good release back in seconds, knowing what the schema allows',
  inputs,
  outputs: {
    'release-id': 'The release that is live again',
    'previous-release': 'The release that was live before',
    'live-sha': 'The commit that is live on all hosts at the end; empty when they differ',
    'plan-hash': 'sha256 of what was planned, without ids: equal for equal intent',
    'duration-ms': 'Whole run in milliseconds',
    'rolled-back': 'true when the old release is live again',
    identity: 'proven, not-proven or off: does the old code answer?',
    verdict: 'pass, fail or error',
    'reason-code': 'Why not, as one word; empty when it went well',
    'result-json': 'Path of the JSON result file',
  },
  post: true,
} as const satisfies ActionContract;

export type RollbackInputs = InputsOf<typeof inputs>;
export type RollbackOutput = keyof typeof contract.outputs;
