import { describe, test } from '@jest/globals';
import { HOW_TO_INSTALL, missingServices, type Service } from './services.ts';

/**
 * A `describe` for tests that need services. Without them it is skipped, loudly, on a laptop, and fails in CI
 * (`CI=true`, or `OPS_REQUIRE_SERVICES=1`), where a missing service would hide what was not tested.
 */
export function describeWithServices(name: string, services: readonly Service[], body: () => void): void {
  const missing = missingServices(services);
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const sentence = `missing ${missing.join(', ')}; install with: ${HOW_TO_INSTALL}`;
  if (process.env['CI'] === 'true' || process.env['OPS_REQUIRE_SERVICES'] === '1') {
    describe(name, () => {
      test(`has its services (${services.join(', ')})`, () => { throw new Error(sentence); });
    });
    return;
  }
  // scripts/test.sh collects these names and repeats them at the end of the run.
  describe.skip(`${name} [SKIPPED: ${sentence}]`, body);
}
