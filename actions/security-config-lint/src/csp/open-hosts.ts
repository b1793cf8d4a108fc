import type { HostSource } from './source.ts';

/** Servers from which a browser takes scripts that anybody may have put there. */
const ANYBODY_PUBLISHES: ReadonlySet<string> = new Set([
  'cdn.jsdelivr.net', 'fastly.jsdelivr.net', 'esm.run', 'unpkg.com', 'esm.sh', 'esm.unpkg.com', 'cdn.skypack.dev', 'ga.jspm.io', 'jspm.dev', 'cdn.statically.io',
  'rawcdn.githack.com', 'raw.githack.com', 's3.amazonaws.com', 'storage.googleapis.com', 'commondatastorage.googleapis.com', 'cdn.rawgit.com', 'rawgit.com', 'bundle.run', 'wzrd.in',
]);

/** Domains whose subdomains anybody may rent: open as `*.github.io`, and not as `us.github.io`. */
const ANYBODY_RENTS: ReadonlySet<string> = new Set([
  'github.io', 'gitlab.io', 'pages.dev', 'workers.dev', 'r2.dev', 'netlify.app', 'vercel.app', 'herokuapp.com', 'onrender.com', 'fly.dev', 'surge.sh', 'glitch.me',
  'web.app', 'firebaseapp.com', 'appspot.com', 'run.app', 'cloudfunctions.net', 'amazonaws.com', 's3.amazonaws.com', 'cloudfront.net', 'amplifyapp.com', 'b-cdn.net',
  'blob.core.windows.net', 'windows.net', 'azureedge.net', 'azurefd.net', 'azurewebsites.net', 'azurestaticapps.net', 'digitaloceanspaces.com', 'ondigitalocean.app',
  'backblazeb2.com', 'fastly.net', 'akamaized.net', 'akamaihd.net', 'myshopify.com', 'blogspot.com', 'wordpress.com', 'ngrok.io', 'ngrok-free.app', 'trycloudflare.com',
]);

/** Second-level names under which registries of countries sell: `*.co.uk` is as open as `*.com`. */
const SOLD_UNDER = new Set(['co', 'com', 'net', 'org', 'gov', 'ac', 'edu', 'or', 'ne', 'go']);

/** True when anybody can put a script where this source reaches. A path that names a package narrows it enough. */
export function isOpenHost({ host, path }: HostSource): boolean {
  const bare = path === undefined || path === '/';
  if (!host.startsWith('*.')) return bare && ANYBODY_PUBLISHES.has(host);
  const domain = host.slice(2);
  return isRegistry(domain) || ANYBODY_RENTS.has(domain) || [...ANYBODY_PUBLISHES].some((open) => bare && open.endsWith(`.${domain}`));
}

function isRegistry(domain: string): boolean {
  const labels = domain.split('.');
  return labels.length === 1 || (labels.length === 2 && labels[1]?.length === 2 && SOLD_UNDER.has(labels[0] ?? ''));
}

/** The part of a name that somebody registered, `example.co.uk` of `app.example.co.uk`. A guess without the public suffix list; where it errs, the name is rather too short. */
export function registrableDomain(host: string): string {
  const labels = host.split('.');
  const two = labels.slice(-2).join('.');
  return isRegistry(two) ? labels.slice(-3).join('.') : two;
}
