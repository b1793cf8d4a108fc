import { backupInputs, databaseInputs, EXIT_CODES, notifyInputs, storeInputs, writeInputs } from '@ops/backup/inputs';
import { hostInputs } from '@ops/remote/inputs';
import { text, type ActionContract, type InputsOf } from '@ops/shared';

const inputs = {
  environment: { description: 'Name of the target in .github/ops.yml, and the first part of the source', schema: text(), default: 'production', rule: 'a name', example: 'production' },
  ...hostInputs,
  hosts: { ...hostInputs.hosts, required: false, description: 'Hosts as for deploy; the dump runs on the first one unless via is runner' },
  ...databaseInputs,
  ...storeInputs,
  stores: { ...storeInputs.stores, required: true },
  ...writeInputs,
  ...backupInputs,
  ...notifyInputs,
} as const;

export const contract = {
  name: 'db-backup',
  title: 'Database backup',
  description: 'Make a backup that is only called a backup once it is proven complete',
  inputs,
  outputs: {
    'backup-id': 'Id of the new backup; empty when there is none',
    status: 'complete, verified or drilled',
    'stored-bytes': 'Bytes in the primary store',
    'raw-bytes': 'Bytes that the dumper wrote',
    degraded: 'true when the primary stands and a copy is missing',
    pruned: 'Ids that retention deleted, one a line',
    verdict: 'pass, fail or error',
    'reason-code': 'Why not, as one word; empty when it went well',
    'duration-ms': 'Whole run in milliseconds',
    'metrics-path': 'File with the metrics of the run, OpenMetrics; empty for mode: plan',
    'result-json': 'Path of the JSON result file',
  },
  post: true,
  exits: EXIT_CODES,
} as const satisfies ActionContract;

export type BackupInputs = InputsOf<typeof inputs>;
export type BackupOutput = keyof typeof contract.outputs;
