/** Which debug page a text is: what an application with `app.debug` shows instead of an error page. */
export type DebugPage = 'json' | 'laravel' | 'ignition' | 'whoops' | 'symfony';

const FRAME = /vendor[\\/]+laravel[\\/]+framework[\\/]+src[\\/]+Illuminate[\\/]+[\w\\/]+\.php/;

const SIGNATURES: readonly (readonly [page: DebugPage, isOne: (text: string) => boolean])[] = [
  // convertExceptionToArray() of the framework's handler adds these to `message` when app.debug is true, and only then.
  ['json', (text) => /^\s*\{/.test(text) && /"exception"\s*:\s*"/.test(text) && /"line"\s*:\s*\d+/.test(text) && /"trace"\s*:\s*\[/.test(text)],
  ['ignition', (text) => /<html\b/i.test(text) && /\bwindow\.(?:data|ignite)\b[^]*"?(?:report|ignitionConfig)"?\s*:|\/_ignition\/|data-theme="ignition"/.test(text)],
  ['whoops', (text) => /class="Whoops container"|<title>Whoops! There was an error\.<\/title>/.test(text)],
  // Symfony's page without debug has none of these.
  ['symfony', (text) => /class="(?:exception-summary|exception-message-wrapper|trace trace-as-html)/.test(text)],
  // From version 11 on the page is the framework's own and lists the frames.
  ['laravel', (text) => /<html\b/i.test(text) && FRAME.test(text)],
];

/** The debug page that a text is, or undefined. */
export function debugPageOf(text: string): DebugPage | undefined {
  return SIGNATURES.find(([, isOne]) => isOne(text))?.[0];
}
