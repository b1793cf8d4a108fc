/** What Prometheus reads in our metrics: the file, and what a Pushgateway holds after several runs. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openMetricsText, prometheusText, type Family } from '../src/notify/metrics-text.ts';
import { pushMetrics } from '../src/notify/pushgateway.ts';
import { parseMetrics, startPushgateway } from '../../../test/support/prometheus.ts';
import { describeWithServices } from '../../../test/support/require.ts';

const forever = new AbortController().signal;
const labels = { source: 'production-"shop"\\\n{x="é"}', tier: 'daily', store: 's3://acme-backups/shop' };
const families: readonly Family[] = [
  { name: 'age_hours', unit: 'hours', help: 'Age of a "backup" \\ copy.', samples: [{ labels, value: 0.5 }] },
  { name: 'count', help: 'How many.', samples: [{ labels, value: 12 }, { labels: { ...labels, store: '' }, value: 1e21 }] },
  { name: 'drill_age_hours', unit: 'hours', help: 'Not known.', samples: [] },
];

describeWithServices('metrics', ['prometheus-client', 'prometheus-pushgateway'], () => {
  test('the strict parser reads every family, label and value of the OpenMetrics text; what is not known is not there', () => {
    expect(parseMetrics('openmetrics', openMetricsText(families, 'fwber_backups'))).toEqual([
      { name: 'fwber_backups_age_hours', type: 'gauge', unit: 'hours', help: 'Age of a "backup" \\ copy.', samples: [{ name: 'fwber_backups_age_hours', labels, value: 0.5 }] },
      { name: 'fwber_backups_count', type: 'gauge', unit: '', help: 'How many.', samples: [{ name: 'fwber_backups_count', labels, value: 12 }, { name: 'fwber_backups_count', labels: { source: labels.source, tier: 'daily' }, value: 1e21 }] },
    ]);
    expect(openMetricsText([], 'x')).toBe('# EOF\n');
    expect(parseMetrics('openmetrics', '# EOF\n')).toEqual([]);
    // The parser is strict: it does not take just anything.
    for (const wrong of ['x 1\n', '# UNIT x hours\nx 1\n# EOF\n', '# TYPE x gauge\n\nx 1\n# EOF\n']) expect(() => parseMetrics('openmetrics', wrong)).toThrow();
  });

  test('any text in a label comes back as it was', () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { numRuns: 200, seed: 7 });
    const family: Family = { name: 'x', help: 'x', samples: texts.map((source, at) => ({ labels: { source, at: String(at) }, value: at })) };
    for (const format of ['openmetrics', 'prometheus'] as const) {
      const text = format === 'openmetrics' ? openMetricsText([family], 'p') : prometheusText([family], 'p');
      expect(parseMetrics(format, text)[0]?.samples.map((sample) => sample.labels['source'])).toEqual(texts);
    }
  });

  test('a Pushgateway holds what the last run of each group knew, whatever stands in the names', async () => {
    await using gateway = await startPushgateway();
    const push = async (source: string, tier: string, value: number, more: readonly Family[] = []): Promise<string | undefined> =>
      await pushMetrics(gateway.url, { job: 'db-backup', labels: { source, tier } }, [{ name: 'count', help: 'How many.', samples: [{ labels: { source, tier, store: 's3://b/p' }, value }] }, ...more], 'shop', forever);
    const sources = ['production-shop', 'a/b//c', '..', '%2F', 'é ü', '"\\', ' '];
    for (const [at, source] of sources.entries()) expect(await push(source, 'daily', at)).toBeUndefined();
    const counts = async (): Promise<unknown> => (await gateway.metrics()).find(({ name }) => name === 'shop_count')?.samples.map((sample) => `${sample.labels['job']} ${sample.labels['tier']} ${sample.value} ${sample.labels['source']}`).toSorted();
    expect(await counts()).toEqual(sources.map((source, at) => `db-backup daily ${at} ${source}`).toSorted());
    // A later run replaces its group and nothing else: what it no longer knows is gone.
    expect(await push('production-shop', 'daily', 7, [{ name: 'size_bytes', unit: 'bytes', help: 'Size.', samples: [{ labels: {}, value: 1 }] }])).toBeUndefined();
    expect(await push('production-shop', 'frequent', 8)).toBeUndefined();
    expect((await gateway.metrics()).map(({ name, type }) => [name, type])).toEqual([['shop_count', 'gauge'], ['shop_size_bytes', 'gauge']]);
    expect(await push('production-shop', 'daily', 9)).toBeUndefined();
    expect((await gateway.metrics()).map(({ name }) => name)).toEqual(['shop_count']);
    expect(await counts()).toEqual(expect.arrayContaining(['db-backup daily 9 production-shop', 'db-backup frequent 8 production-shop']));
    // The gateway refuses what it cannot read, and says so.
    expect(await pushMetrics(gateway.url, { job: 'x', labels: {} }, [{ name: 'a b', help: '', samples: [{ labels: {}, value: 1 }] }], 'p', forever)).toBe('it answered 400 (it does not take what was sent)');
  });
});
