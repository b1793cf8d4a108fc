/** Proxy settings as the environment gives them; lower case wins, as in curl. */
export type ProxyEnv = Readonly<Record<string, string | undefined>>;

/** The proxy to use for this address, or undefined to go direct. */
export function proxyFor(url: URL, env: ProxyEnv): string | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  // HTTP_PROXY in capitals is left out by curl because of CGI; a runner is no CGI program, and Node reads it.
  const proxy = [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value !== '');
  return proxy === undefined || bypasses(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '') ? undefined : proxy;
}

function bypasses(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list.split(/[\s,]+/).filter((entry) => entry !== '').some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wanted] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase().replace(/^\*?\./, '')) ?? [];
    const bare = name.replace(/^\[|\]$/g, '');
    return (wanted === undefined || wanted === port) && (host === bare || host.endsWith(`.${bare}`));
  });
}
