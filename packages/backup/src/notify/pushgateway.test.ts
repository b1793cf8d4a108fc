import { expect, test } from '@jest/globals';
import { groupPath } from './pushgateway.ts';

// https://github.com/prometheus/pushgateway/blob/master/README.md#url has these three.
test.each([
  ['directory_cleaner', { path: '/var/tmp' }, '/metrics/job/directory_cleaner/path@base64/L3Zhci90bXA'],
  ['example', { first_label: '', second_label: 'foobar' }, '/metrics/job/example/first_label@base64/=/second_label/foobar'],
  ['titan', { name: 'Προμηθεύς' }, '/metrics/job/titan/name@base64/zqDPgc6_zrzOt864zrXPjc-C'],
  ['db-backup', { source: 'production-shop.sqlite', tier: 'pre-deploy' }, '/metrics/job/db-backup/source/production-shop.sqlite/tier/pre-deploy'],
  // A URL would walk up, and a percent sign be decoded twice.
  ['db-backup', { source: '..' }, '/metrics/job/db-backup/source@base64/Li4'],
  ['db-backup', { source: '%2e%2e' }, '/metrics/job/db-backup/source@base64/JTJlJTJl'],
])('the group %s %j', (job, labels, path) => {
  expect(groupPath({ job, labels })).toBe(path);
  expect(new URL(`https://example.com${path}`).pathname).toBe(path);
});
