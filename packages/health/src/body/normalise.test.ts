import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Preset } from '../check.ts';
import { answerWith } from '../testing.ts';
import { normalise } from './normalise.ts';
import type { Health } from './health.ts';

function read(body: unknown, preset: Preset = 'auto', type = 'application/json'): Health {
  return normalise(answerWith(200, body, { 'content-type': type }), preset);
}

function short({ format, root, rootWord, components }: Health): unknown[] {
  return [format, root, rootWord, components.map((part) => `${part.name}=${part.state}${part.skipped ? ' (skipped)' : ''}`).join(' ')];
}

const spatieResults = (...statuses: string[]): unknown => ({ finishedAt: 1_700_000_000, checkResults: statuses.map((status, at) => ({ name: `c${at}`, status })) });

describe('formats', () => {
  test.each<[string, unknown, string, unknown[]]>([
    ['health+json by type', { status: 'pass' }, 'application/health+json; charset=utf-8', ['health+json', 'up', 'pass', '']],
    ['health+json by arrays', { status: 'warn', checks: { 'db:time': [{ status: 'pass' }, { status: 'warn' }], 'up:time': [{ observedValue: 3 }] } }, 'application/json', ['health+json', 'degraded', 'warn', 'db:time=degraded']],
    ['health+json failing', { status: 'fail', checks: { 'db:time': [{ status: 'fail' }, { status: 'pass' }] } }, 'application/health+json', ['health+json', 'down', 'fail', 'db:time=down']],
    ['laravel', { status: 'healthy', checks: { database: { status: 'ok' }, queue: { status: 'skipped' } } }, 'application/json', ['laravel', 'up', 'healthy', 'database=up queue=unknown (skipped)']],
    ['laravel degraded', { status: 'degraded', checks: { cache: { status: 'degraded' } } }, 'application/json', ['laravel', 'degraded', 'degraded', 'cache=degraded']],
    ['laravel not critical', { status: 'healthy', checks: { cache: { status: 'failed', critical: false } } }, 'application/json', ['laravel', 'up', 'healthy', 'cache=degraded']],
    ['laravel liveness', { status: 'alive' }, 'application/json', ['laravel', 'up', 'alive', '']],
    ['laravel readiness', { status: 'not_ready', checks: { db: false, redis: true } }, 'application/json', ['laravel', 'down', 'not_ready', 'db=down redis=up']],
    ['spatie', spatieResults('ok', 'warning'), 'application/json', ['spatie', 'degraded', 'warning', 'c0=up c1=degraded']],
    ['spatie failing', spatieResults('ok', 'failed', 'crashed'), 'application/json', ['spatie', 'down', 'failed', 'c0=up c1=down c2=down']],
    ['spatie skipped', spatieResults('ok', 'skipped'), 'application/json', ['spatie', 'up', 'ok', 'c0=up c1=unknown (skipped)']],
    ['spatie before its first run', spatieResults(), 'application/json', ['spatie', 'unknown', 'no results yet', '']],
    ['spring', { status: 'UP', components: { db: { status: 'UP', components: { primary: { status: 'DOWN' } } } } }, 'application/json', ['spring', 'up', 'UP', 'db=up db/primary=down']],
    ['spring 2.1', { status: 'DOWN', details: { db: { status: 'OUT_OF_SERVICE' } } }, 'application/json', ['spring', 'down', 'DOWN', 'db=down']],
    ['aspnet text', 'Degraded', 'text/plain', ['aspnet', 'degraded', 'Degraded', '']],
    ['aspnet entries', { status: 'Unhealthy', entries: { sql: { status: 'Unhealthy' } } }, 'application/json', ['aspnet', 'down', 'Unhealthy', 'sql=down']],
    ['aspnet results', { status: 'Healthy', results: { sql: { status: 'Healthy' } } }, 'application/json', ['aspnet', 'up', 'Healthy', 'sql=up']],
    ['any object with a known word', { status: 'ok', anything: [] }, 'application/json', ['plain', 'up', 'ok', '']],
    ['byte order mark', '\uFEFF{"status":"ok"}', 'application/json', ['plain', 'up', 'ok', '']],
  ])('%s', (_name, body, type, expected) => {
    expect(short(read(body, 'auto', type))).toEqual(expected);
  });

  test.each<[unknown, string]>([
    ['', 'an empty body'],
    [[], 'a JSON array'],
    ['true', 'a bare JSON value'],
    ['"ok"', 'a bare JSON value'],
    ['null', 'a bare JSON value'],
    ['<!DOCTYPE html><p>Login', 'an HTML page'],
    [{ success: true }, 'a JSON object without a known status word'],
    [{ status: 'success' }, 'a JSON object without a known status word'],
    [{ status: 200 }, 'a JSON object without a known status word'],
    ['OK', 'text that is not JSON'],
  ])('%j is no health body', (body, found) => {
    expect(read(body)).toEqual({ format: 'none', components: [], found });
  });

  test.each<[Preset, unknown]>([
    ['health+json', [{ status: 'pass' }]],
    ['laravel', { success: true }],
    ['spatie', { status: 'ok' }],
    ['spring', { status: 'fine' }],
    ['aspnet', 'Fine'],
  ])('a named preset that does not match is no health body: %s', (preset, body) => {
    expect(read(body, preset)).toMatchObject({ format: 'none', found: expect.any(String) });
  });

  test.each<[Preset, unknown]>([
    ['spring', { status: 'UP' }],
    ['aspnet', { status: 'Healthy' }],
    ['laravel', { status: 'ok' }],
    ['health+json', { status: 'pass' }],
  ])('a named preset also takes the short form: %s', (preset, body) => {
    expect(read(body, preset)).toMatchObject({ format: preset, root: 'up' });
  });

  test('version and time are read', () => {
    expect(read({ status: 'healthy', version: 'abc', timestamp: '2026-01-31T08:15:00+00:00', checks: { a: { status: 'ok' } } })).toMatchObject({ version: 'abc', time: 1_769_847_300_000 });
    expect(read(spatieResults('ok'))).toMatchObject({ time: 1_700_000_000_000 });
    expect(read({ status: 'ok', timestamp: '2026-01-31 08:15:00' })).not.toHaveProperty('time');
  });

  test('never throws, whatever a server sends', () => {
    const presets: Preset[] = ['auto', 'health+json', 'laravel', 'spatie', 'spring', 'aspnet', 'status'];
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.object({ key: fc.constantFrom('status', 'checks', 'components', 'entries', 'finishedAt', 'checkResults') }).map((value) => JSON.stringify(value))), fc.constantFrom(...presets), (body, preset) => {
      expect(read(body, preset).components).toBeInstanceOf(Array);
    }));
  });
});
