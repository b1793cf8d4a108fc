import { expect, test } from '@jest/globals';
import { realClock } from './real-deps.ts';
import { UndoList } from './undo-list.ts';

test('newest first, each once; failures and late ones are told and stop nothing', async () => {
  const undo = new UndoList();
  const order: string[] = [];
  undo.defer('a', () => { order.push('a'); });
  undo.defer('throws', () => { throw new Error('no'); });
  undo.defer('hangs', () => new Promise(() => undefined));
  undo.defer('b', async () => {
    await realClock.sleep(1);
    order.push('b');
    undo.defer('c', () => { order.push('c'); });
  });
  expect(await undo.run(realClock, () => 50)).toEqual(['hangs: did not end within 50 ms', 'throws: no']);
  expect(await undo.run(realClock, () => 50)).toEqual([]);
  expect(order).toEqual(['b', 'c', 'a']);
});

test('without time left a step is still begun', async () => {
  const undo = new UndoList();
  let done = false;
  undo.defer('a', () => { done = true; });
  await undo.run(realClock, () => 0);
  expect(done).toBe(true);
});
