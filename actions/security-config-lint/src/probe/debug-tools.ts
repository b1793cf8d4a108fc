import { linesOf, type HeaderList } from '../headers/list.ts';

export type DebugTool = 'debugbar' | 'clockwork' | 'profiler';

/** The tools that show in an answer that they listened: by their headers, or by what they put into the page. */
export function debugToolsIn(headers: HeaderList, text: string): readonly DebugTool[] {
  const has = (name: string): boolean => linesOf(headers, name).length > 0;
  const found: readonly (readonly [DebugTool, boolean])[] = [
    ['debugbar', has('phpdebugbar-id') || has('phpdebugbar') || /\bnew PhpDebugBar\.DebugBar\(|\/_debugbar\/assets\//.test(text)],
    ['clockwork', has('x-clockwork-id') || has('x-clockwork-version')],
    ['profiler', has('x-debug-token-link') || has('x-debug-token')],
  ];
  return found.filter(([, there]) => there).map(([tool]) => tool);
}
