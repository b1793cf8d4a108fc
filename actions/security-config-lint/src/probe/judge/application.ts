import type { DebugTool } from '../debug-tools.ts';
import type { DebugPage } from '../debug-page.ts';
import { fault, judgeFact, judgeWire, safe, type LiveCheck, type WireAnswer } from './live-check.ts';

const DEBUG_PAGES: Readonly<Record<DebugPage, string>> = { json: 'the exception with its trace', laravel: "Laravel's debug page", ignition: 'the page of Ignition', whoops: 'the page of Whoops', symfony: "Symfony's debug page" };

/** FWS-APP-001 */
export const debugPageShown: LiveCheck = (view) => judgeFact(view, view.seen.errorPage, ({ debug, at }) => {
  const subject = 'app.debug';
  if (debug === undefined) return [safe(subject, 'an error page without details')];
  const shown = DEBUG_PAGES[debug];
  return [fault({ subject, shown, severity: 'critical', message: `For ${at} ${view.seen.site.origin} shows ${shown}, with code, paths and values.`, remedy: 'Set APP_DEBUG=false, and clear the cached configuration.' })];
});

const TOOLS: Readonly<Record<DebugTool, { readonly subject: string; readonly name: string }>> = {
  debugbar: { subject: 'debugbar.enabled', name: 'The debug bar' },
  clockwork: { subject: 'clockwork.enable', name: 'Clockwork' },
  profiler: { subject: 'x-debug-token', name: "Symfony's profiler" },
};
/** What switches on whatever answers there. That nothing answers is no proof that it is off: Telescope has a gate, and records all the same. */
const CONFIG_PATHS: Readonly<Record<string, string>> = { 'telescope/requests': 'telescope.enabled' };
/** Both show themselves in every page that they listen to. */
const SHOWN_IN_PAGES = ['debugbar', 'clockwork'] as const;

/** FWS-APP-007: tools that a page shows, and those that answer at their own address. */
export const debugToolShown: LiveCheck = (view) => {
  const { seen } = view;
  const { origin } = seen.site;
  const [page] = seen.pages;
  const remedy = 'Switch it off in production, and require its package in require-dev only.';
  const inPage: readonly WireAnswer[] = page.kind === 'inconclusive' ? [page] : [
    ...page.value.debugTools.map((tool) => fault({ subject: TOOLS[tool].subject, shown: TOOLS[tool].name, severity: 'high', message: `${TOOLS[tool].name} shows in the page of ${origin}.`, remedy })),
    ...(page.value.content === 'html' ? SHOWN_IN_PAGES.filter((tool) => !page.value.debugTools.includes(tool)).map((tool) => safe(TOOLS[tool].subject, 'no sign of it in the page')) : []),
  ];
  const atPaths = seen.paths.flatMap(({ path, served }): readonly WireAnswer[] => {
    if (path.rule !== 'FWS-APP-007') return [];
    if (served.kind === 'inconclusive') return [served];
    if (served.value) return [fault({ subject: CONFIG_PATHS[path.path] ?? `/${path.path}`, shown: 'served', severity: 'high', rank: 2, message: `${origin} shows everybody /${path.path}: ${path.what}.`, remedy })];
    return [safe(`/${path.path}`, 'not served')];
  });
  return judgeWire(seen, [...inPage, ...atPaths]);
};
