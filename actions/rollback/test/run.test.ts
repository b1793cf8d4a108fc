import { describe, expect, test } from '@jest/globals';
import { contract } from '../src/inputs.ts';
import { parseInputs, UserError } from '@ops/shared';

function parse(given: Readonly<Record<string, string>>): ReturnType<typeof parseInputs<typeof contract.inputs>> {
  const env = Object.fromEntries(Object.entries({ hosts: 'local path=/srv/app', ...given }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return parseInputs(contract.inputs, { env, opsFile: undefined, action: 'rollback', registry: {} });
}

describe('the inputs of rollback', () => {
  test('default to the last good release, with the schema kept', async () => {
    expect(await parse({})).toMatchObject({ mode: 'rollback', to: undefined, database: 'keep', 'allow-schema-ahead': false, 'dry-run': false });
  });
  test.each([
    [{ database: 'restore' }, 'database: "restore" must be one of: keep'],
    [{ mode: 'undo' }, 'mode: "undo" must be one of: rollback, status'],
    [{ 'allow-schema': 'true' }, 'Did you mean allow-schema-ahead?'],
  ])('%o is refused with %s', async (given, expected) => {
    await expect(parse(given)).rejects.toThrow(UserError);
    await expect(parse(given)).rejects.toThrow(expected);
  });
});
