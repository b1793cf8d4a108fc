/**
 * Service providers and aliases that the framework lists itself (`ServiceProvider::defaultProviders()`, `Facade::defaultAliases()`), as
 * of 10.48 and 13.31. Of the versions between, what both have is sure, and what only the newer one has is not.
 */

/** Without the leading `Illuminate\` and the ending `ServiceProvider`. */
const PROVIDERS = [
  'Auth\\Auth', 'Broadcasting\\Broadcast', 'Bus\\Bus', 'Cache\\Cache', 'Foundation\\Providers\\ConsoleSupport', '+Concurrency\\Concurrency', 'Cookie\\Cookie', 'Database\\Database', 'Encryption\\Encryption',
  'Filesystem\\Filesystem', '+Image\\Image', 'Foundation\\Providers\\Foundation', 'Hashing\\Hash', 'Mail\\Mail', 'Notifications\\Notification', 'Pagination\\Pagination', 'Auth\\Passwords\\PasswordReset', 'Pipeline\\Pipeline',
  'Queue\\Queue', 'Redis\\Redis', 'Session\\Session', 'Translation\\Translation', 'Validation\\Validation', 'View\\View',
];

const ALIASES = [
  'App', 'Arr', 'Artisan', 'Auth', '+Benchmark', 'Blade', 'Broadcast', 'Bus', 'Cache', '+Concurrency', 'Config', '+Context', 'Cookie', 'Crypt', 'Date', 'DB', 'Eloquent', 'Event', 'File', 'Gate', 'Hash', 'Http', '+Image', 'Js', 'Lang',
  'Log', 'Mail', 'Notification', 'Number', 'Password', 'Process', 'Queue', 'RateLimiter', 'Redirect', 'Request', 'Response', 'Route', '+Schedule', 'Schema', 'Session', 'Storage', 'Str', '+Uri', 'URL', 'Validator', 'View', 'Vite',
];

/** Aliases of classes that are no facades. */
const OTHER_CLASSES: Readonly<Record<string, string>> = { Eloquent: 'Illuminate\\Database\\Eloquent\\Model' };
const OF_SUPPORT: ReadonlySet<string> = new Set(['Arr', 'Benchmark', 'Js', 'Number', 'Str', 'Uri']);

/** Entries in the framework's order; `isSure` false when there may be more. Undefined for versions that nobody looked at. */
export interface FrameworkList {
  readonly entries: readonly (readonly [string, string])[];
  readonly isSure: boolean;
}

export function defaultProviders(major: number | undefined): FrameworkList | undefined {
  const names = namesOf(PROVIDERS, major);
  return names === undefined ? undefined : { isSure: names.isSure, entries: names.entries.map((name, index) => [String(index), `Illuminate\\${name}ServiceProvider`]) };
}

export function defaultAliases(major: number | undefined): FrameworkList | undefined {
  const names = namesOf(ALIASES, major);
  return names === undefined ? undefined : { isSure: names.isSure, entries: names.entries.map((name) => [name, OTHER_CLASSES[name] ?? `Illuminate\\Support\\${OF_SUPPORT.has(name) ? '' : 'Facades\\'}${name}`]) };
}

function namesOf(all: readonly string[], major: number | undefined): { readonly entries: readonly string[]; readonly isSure: boolean } | undefined {
  if (major === undefined || major < 10) return undefined;
  const entries = all.filter((name) => major >= 13 || !name.startsWith('+')).map((name) => name.replace('+', ''));
  return { entries, isSure: major === 10 || major >= 13 };
}
