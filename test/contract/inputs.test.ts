import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inputVariable, parseInputs, UserError, type ActionContract } from '@ops/shared';
import { actionNames, loadContract } from '../../scripts/docs.ts';

const contracts: ActionContract[] = [];
beforeAll(async () => {
  for (const name of actionNames()) {
    const contract = await loadContract(name);
    if (contract !== undefined) contracts.push(contract);
  }
});

/** Texts that schemas tend to stumble over. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('none', 'true', '0', '-1', '1e9', '10s', '0s', '{', '[', '- a', '- {url: 1}', 'a: *b', '&a [*a]', '!!js/function x', '__proto__', 'http://', 'http://[', 'https://user:pw@host', 'file:///x', '/..', '::', '%00', '\u0000', '\r\n', '-oProxyCommand=x', 'user@host:99999', 'a@b@c', 'local name=', '${{ x }}', '9'.repeat(400), '$(id)', '[::1]:22', '100%', '4xx', '- {url: "http://a", expect-status: 1-}'),
);

describe.each(actionNames())('%s', (name) => {
  const contractOf = (): ActionContract => contracts.find((contract) => contract.name === name) ?? (() => { throw new Error(`no contract of ${name}`); })();

  test('answers any text with a value or one UserError that names the input, never with a crash', async () => {
    const { inputs } = contractOf();
    await fc.assert(fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(inputs)), nasty, { maxKeys: 6 }), async (given) => {
      const env = Object.fromEntries(Object.entries(given).map(([input, value]) => [inputVariable(input), value]));
      try {
        expect(Object.keys(await parseInputs(inputs, { env, opsFile: undefined, action: name, registry: {} })).sort()).toEqual(Object.keys(inputs).sort());
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        expect(thrown.reason).toBe('input');
        for (const line of thrown.message.split('\n').filter((one) => one.startsWith('- '))) expect(line).toMatch(/^- [a-z0-9-]+: /);
      }
    }), { numRuns: 1000 });
  });

  test('never shows the text of a bad secret', async () => {
    const { inputs } = contractOf();
    for (const [input] of Object.entries(inputs).filter(([, spec]) => spec.secret === true)) {
      for (const bad of ['hunter2 hunter2\nhunter2', 'hunter2\u0000hunter2', '-----BEGIN hunter2-----', 'https://hunter2@x', '\u00fchunter2']) {
        try {
          await parseInputs(inputs, { env: { [inputVariable(input)]: bad }, opsFile: undefined, action: name, registry: {} });
        } catch (thrown) {
          expect(String(Object(thrown).message)).not.toContain('hunter2');
        }
      }
    }
  });

  test('has a rule, an example and a description that reads like one, for every input', () => {
    for (const [input, spec] of Object.entries(contractOf().inputs)) {
      expect([input, input.toUpperCase() === input, /^[a-z][a-z0-9-]*$/.test(input)]).toEqual([input, false, true]);
      expect([input, spec.rule === '', spec.example === '', spec.description.endsWith('.')]).toEqual([input, false, false, false]);
      // The runner fills in an expression; a default beside it would never count.
      expect([input, spec.expression !== undefined && spec.default !== undefined]).toEqual([input, false]);
      expect([input, spec.secret === true && spec.default !== undefined]).toEqual([input, false]);
    }
  });
});
