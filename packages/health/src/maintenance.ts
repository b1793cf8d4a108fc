import { statusText } from './evidence.ts';
import type { Answer } from './observation.ts';
import { isObject, parseJson } from './pointer.ts';

/**
 * Says how sure we are that a 503 without a health body is a maintenance page. `artisan down` sends
 * Retry-After only with --retry, so its stock page and its JSON count as well.
 */
export function maintenanceFinding(answer: Answer): string {
  const retry = answer.headers['retry-after'];
  const said = `answered ${statusText(answer.status)}`;
  if (retry !== undefined) return `${said}: maintenance mode (Retry-After: ${retry.slice(0, 40)})`;
  if (isLaravelPage(answer)) return `${said}: maintenance mode (Laravel's own page)`;
  return `${said} without a health body: probably maintenance mode, or a proxy without a backend`;
}

function isLaravelPage(answer: Answer): boolean {
  const json = parseJson(answer.body);
  if (isObject(json)) return json['message'] === 'Service Unavailable';
  return /<title>\s*Service Unavailable\s*<\/title>/.test(answer.body);
}
