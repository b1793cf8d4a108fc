import { expect, test } from '@jest/globals';
import { viewOrder, type ViewFact } from './views.ts';

const view = (name: string, on: string, checked = false): ViewFact => ({ name, checked, definition: `select \`shop\`.\`${on}\`.\`id\` AS \`id\` from \`shop\`.\`${on}\`` });

test('views that are not checked, or stand on tables alone, need no order', () => {
  expect(viewOrder([], 'shop')).toBeUndefined();
  expect(viewOrder([view('a', 'b'), view('b', 'orders')], 'shop')).toBeUndefined();
  expect(viewOrder([view('a', 'orders', true), view('b', 'a')], 'shop')).toBeUndefined();
});

test('a checked view comes after all that it stands on', () => {
  expect(viewOrder([view('a', 'm', true), view('b', 'orders'), view('m', 'z'), view('z', 'orders')], 'shop')).toEqual(['z', 'm', 'a', 'b']);
  expect(viewOrder([view('a`b', 'x', true), view('x', 'orders')], 'shop')).toEqual(['x', 'a`b']);
});

test('a name that only looks like one ends all the same', () => {
  const odd: ViewFact = { name: 'b', checked: false, definition: "select '`shop`.`a`' AS `t` from `shop`.`orders`" };
  expect(viewOrder([view('a', 'b', true), odd], 'shop')?.toSorted()).toEqual(['a', 'b']);
});
