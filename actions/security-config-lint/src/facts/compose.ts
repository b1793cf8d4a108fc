import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { App } from '../app.ts';
import type { Place } from '../finding.ts';

/** A variable that a service is given. */
export interface ComposeVariable {
  readonly name: string;
  /** As YAML gives it; undefined for one that is passed through from outside. May be a secret. */
  readonly value: string | undefined;
  readonly place: Place;
}

/** A service of a compose file, as far as rules ask. */
export interface ComposeService {
  readonly file: string;
  readonly name: string;
  readonly place: Place;
  readonly image: string | undefined;
  /** Of a service that is built: its Dockerfile, relative to the repository. */
  readonly dockerfile: string | undefined;
  readonly environment: readonly ComposeVariable[];
  readonly envFiles: readonly string[];
}

const COMPOSE = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;

/** Every service of every compose file of the repository; a file that is no YAML gives none. */
export function composeServices({ repository }: Pick<App, 'repository'>): readonly ComposeService[] {
  return repository.files.filter((file) => COMPOSE.test(file) && repository.holds(file)).flatMap((file) => servicesOf(file, repository.text(file) ?? ''));
}

export function servicesOf(file: string, text: string): readonly ComposeService[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  if (document.errors.length > 0) return [];
  const services = document.get('services', true);
  if (!isMap(services)) return [];
  const placeOf = (node: unknown): Place => {
    const at = isScalar(node) ? node.range?.[0] ?? 0 : 0;
    const { line, col } = lines.linePos(at);
    return { file, line, column: col };
  };
  return services.items.flatMap(({ key, value }) => {
    const service = resolved(document, value);
    if (!isMap(service)) return [];
    return [{
      file, name: textOf(key) ?? '', place: placeOf(key), image: textOf(service.get('image', true)), dockerfile: dockerfileOf(file, resolved(document, service.get('build', true))),
      environment: variablesOf(resolved(document, service.get('environment', true)), placeOf), envFiles: envFilesOf(resolved(document, service.get('env_file', true))),
    }];
  });
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function textOf(node: unknown): string | undefined {
  const value: unknown = isScalar(node) ? node.value : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function dockerfileOf(file: string, build: unknown): string | undefined {
  const context = isMap(build) ? textOf(build.get('context', true)) ?? '.' : textOf(build);
  if (context === undefined) return undefined;
  const name = isMap(build) ? textOf(build.get('dockerfile', true)) ?? 'Dockerfile' : 'Dockerfile';
  const parts: string[] = [];
  for (const part of `${file.split('/').slice(0, -1).join('/')}/${context}/${name}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function variablesOf(node: unknown, placeOf: (node: unknown) => Place): readonly ComposeVariable[] {
  if (isSeq(node)) {
    return node.items.flatMap((item) => {
      const [, name = '', value] = /^([^=]+)(?:=([\s\S]*))?$/.exec(textOf(item) ?? '') ?? [];
      return name === '' ? [] : [{ name, value, place: placeOf(item) }];
    });
  }
  if (!isMap(node)) return [];
  return node.items.flatMap((item) => {
    const name = isPair(item) ? textOf(item.key) : undefined;
    return name === undefined || name === '<<' ? [] : [{ name, value: textOf(item.value), place: placeOf(item.key) }];
  });
}

function envFilesOf(node: unknown): readonly string[] {
  const items: readonly unknown[] = isSeq(node) ? node.items : [node];
  return items.flatMap((item) => textOf(isMap(item) ? item.get('path', true) : item) ?? []);
}
