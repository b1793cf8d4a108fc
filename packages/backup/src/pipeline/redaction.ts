import type { ClientLogin } from '../engines/engine.ts';

const SHORTEST = 4;
/** `password=…` of an option file. */
const OPTION = /^\s*password\s*=\s*(.*?)\s*$/i;
/** The fifth field of a line of .pgpass, with its escapes. */
const PGPASS = /^(?:(?:\\.|[^:\\])*:){4}(.*)$/;

/** Takes the passwords of a login out of what a client said. */
export function redactor(login: ClientLogin): (line: string) => string {
  const secrets = new Set<string>();
  for (const { text } of login.files) {
    for (const line of text.reveal().split('\n')) {
      const written = OPTION.exec(line)?.[1] ?? PGPASS.exec(line)?.[1];
      if (written === undefined) continue;
      const bare = written.replace(/^(["'])(.*)\1$/, '$2');
      for (const form of [written, bare, bare.replaceAll(/\\(.)/g, '$1')]) if (form.length >= SHORTEST) secrets.add(form);
    }
  }
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return (line) => longestFirst.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}
