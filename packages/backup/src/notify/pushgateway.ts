import { Secret } from '@ops/shared';
import { prometheusText, type Family } from './metrics-text.ts';
import { send } from './request.ts';

export interface PushGroup {
  /** The action, and its mode where it has several. */
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Replaces the metrics of a group, so that nothing of an earlier run stays beside what this one knows. Undefined when taken, else why not. */
export async function pushMetrics(gateway: string, group: PushGroup, families: readonly Family[], prefix: string, signal: AbortSignal): Promise<string | undefined> {
  return await send({ method: 'PUT', address: new Secret(`${gateway}${groupPath(group)}`), headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: prometheusText(families, prefix) }, signal);
}

/** https://github.com/prometheus/pushgateway/blob/master/README.md#url */
export function groupPath({ job, labels }: PushGroup): string {
  return `/metrics${[['job', job], ...Object.entries(labels)].map(([name = '', value = '']) => pathPart(name, value)).join('')}`;
}

/** Base64 for whatever could mean something in a path: a slash is lost even as %2F, and `..` leads away. */
function pathPart(name: string, value: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(value)) return `/${name}/${value}`;
  return `/${name}@base64/${value === '' ? '=' : Buffer.from(value.toWellFormed()).toString('base64url')}`;
}
