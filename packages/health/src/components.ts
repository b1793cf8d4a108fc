import type { Component, Health } from './body/health.ts';
import type { Cause } from './cause.ts';
import type { Check } from './check.ts';

const MAX_NAMED = 5;

/** Causes in the components that count: the required ones, else all that are reported and not ignored. */
export function componentCauses(check: Check, health: Health): Cause[] {
  if (health.format === 'none') return [];
  const bad = counted(check, health).filter(({ state }) => state !== 'up');
  const [first, ...others] = bad.toSorted((a, b) => severity(b) - severity(a));
  if (first === undefined) return [];
  const named = [first, ...others].slice(0, MAX_NAMED).map(({ name, word }) => `${name} ${word}`);
  const more = bad.length > MAX_NAMED ? ` and ${bad.length - MAX_NAMED} more` : '';
  const finding = `reports component${bad.length === 1 ? '' : 's'} ${named.join(', ')}${more}`;
  return bad.map(({ state }) => ({ reason: 'component', state, finding }));
}

function severity(component: Component): number {
  return ['up', 'degraded', 'unknown', 'down'].indexOf(component.state);
}

/** A required component that is absent or skipped is down; `ignore-components` wins over nothing that is required. */
function counted(check: Check, health: Health): Component[] {
  if (check.requiredComponents === undefined) {
    return health.components.filter((part) => !part.skipped && !isIgnored(check, part.name));
  }
  return check.requiredComponents.map((name): Component => {
    const found = health.components.find((part) => same(part.name, name));
    if (found === undefined) return { name, state: 'down', word: 'is missing', skipped: false };
    return found.skipped ? { ...found, state: 'down', word: 'skipped' } : found;
  });
}

/** `db` also ignores its parts, `db/primary`. */
function isIgnored(check: Check, name: string): boolean {
  return check.ignoreComponents.some((ignored) => same(ignored, name) || name.toLowerCase().startsWith(`${ignored.toLowerCase()}/`));
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Components that are not up and do not count, for the message of a root status that fails because of them. */
export function uncountedFailures(check: Check, health: Health): readonly string[] {
  const counting = new Set(counted(check, health).map((part) => part.name.toLowerCase()));
  return health.components.filter((part) => part.state !== 'up' && !part.skipped && !counting.has(part.name.toLowerCase())).map((part) => part.name);
}
