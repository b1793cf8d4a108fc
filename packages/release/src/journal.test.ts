import { describe, expect, test } from '@jest/globals';
import { journalMembers, parseJournal, unfinished } from './journal.ts';

const members = (runId: string): string => journalMembers({ runId, attempt: '1', actor: 'ann "x"', host: 'app1', sha: 'a'.repeat(40) });
const step = (runId: string, name: string, phase: string): string => `{"ts":"2026-01-01T00:00:00Z",${members(runId)},"step":"${name}","phase":"${phase}","fence":1}`;
const supervisor = (runId: string, phase: string, name: string): string => JSON.stringify({ run: `${runId}.1`, actor: 'ann', host: 'app1', step: name, phase, fence: 1 });

describe('the journal', () => {
  test('names a run alike in the lines of steps and of the supervisor', () => {
    const lines = parseJournal([supervisor('7', 'lock', 'lock'), step('7', 'stage', 'intent')].join('\n'));
    expect(lines.map((line) => line.run)).toEqual(['7.1', '7.1']);
  });
  test('tells what an earlier run left unfinished, and nothing of this one', () => {
    const lost = [step('7', 'migrate', 'intent'), supervisor('7', 'orphaned', 'migrate'), supervisor('8', 'lock', 'lock')];
    expect(unfinished(parseJournal(lost.join('\n')), '8.1')).toContain('lost its runner during migrate');
    expect(unfinished(parseJournal(step('7', 'stage', 'intent')), '8.1')).toContain('ended in the middle of stage');
    expect(unfinished(parseJournal([step('7', 'commit', 'intent'), step('7', 'commit', 'done')].join('\n')), '8.1')).toBeUndefined();
    expect(unfinished(parseJournal(step('8', 'stage', 'intent')), '8.1')).toBeUndefined();
    expect(unfinished(parseJournal('{"torn'), '8.1')).toBeUndefined();
  });
});
