/**
 * usage: node scripts/test-summary.ts RESULTS STATUS
 * Reads Jest's JSON results, says what was skipped for want of a service, and ends with "N passed, N failed[, N skipped]".
 * STATUS is Jest's exit code: when it failed and the results do not say why (it crashed, or ran nothing), that counts as one failure.
 */
import { readFileSync } from 'node:fs';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly ancestorTitles: readonly string[] }[] }[];
}

const NOTHING: Results = {
  numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0, testResults: [],
};

const [file = '', status = '1'] = process.argv.slice(2);
const results = read(file);
const skippedGroups = new Set(
  results.testResults.flatMap((suite) => suite.assertionResults).flatMap((test) => test.ancestorTitles)
    .filter((title) => title.includes('[SKIPPED: ')),
);
if (skippedGroups.size > 0) {
  console.log('\nNOT TESTED on this machine:');
  for (const title of skippedGroups) console.log(`  ${title}`);
  console.log('');
}

const counted = results.numFailedTests + results.numRuntimeErrorTestSuites;
const ran = results.numPassedTests + counted + results.numPendingTests > 0;
const failed = counted === 0 && (status !== '0' || !ran) ? 1 : counted;
if (failed > counted) console.log(ran ? `Jest ended with ${status} although no test failed` : 'no test was run');
const skipped = results.numPendingTests + results.numTodoTests;
console.log(`${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

function read(path: string): Results {
  try {
    const results: Results = JSON.parse(readFileSync(path, 'utf8'));
    return results;
  } catch {
    return NOTHING;
  }
}
