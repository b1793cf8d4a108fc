export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  /** title, file, line and so on. */
  readonly properties: Readonly<Record<string, string>>;
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly value: string;
}

const MASK = '***';

/** Reads a step's lines as GitHub's runner does: commands are obeyed, masks apply to later lines, `stop-commands` fences. */
export class CommandReader {
  readonly masks = new Set<string>();
  readonly annotations: Annotation[] = [];
  /** What the log page shows. */
  readonly log: string[] = [];
  /** From the old commands, which nobody should use; a test can see that they are empty. */
  readonly legacy: string[] = [];
  #stopToken: string | undefined;

  /** The line as the log shows it, undefined when it does not show. */
  line(raw: string): string | undefined {
    const command = parseCommand(raw);
    const shown = command === undefined ? raw : this.#obey(command, raw);
    if (shown === undefined) return undefined;
    const masked = this.masked(shown);
    this.log.push(masked);
    return masked;
  }

  masked(text: string): string {
    let masked = text;
    for (const mask of [...this.masks].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(mask, MASK);
    return masked;
  }

  #obey(command: Command, raw: string): string | undefined {
    if (this.#stopToken !== undefined) {
      if (command.name !== this.#stopToken) return raw;
      this.#stopToken = undefined;
      return undefined;
    }
    switch (command.name) {
      case 'stop-commands':
        this.#stopToken = command.value;
        return undefined;
      case 'add-mask':
        for (const line of [command.value, ...command.value.split(/\r?\n/)]) if (line.trim() !== '') this.masks.add(line);
        return undefined;
      case 'error': case 'warning': case 'notice':
        this.annotations.push({ level: command.name, message: this.masked(command.value), properties: command.properties });
        return `${command.name[0]?.toUpperCase()}${command.name.slice(1)}: ${command.value}`;
      case 'debug':
        return `##[debug]${command.value}`;
      case 'group':
        return `▸ ${command.value}`;
      case 'endgroup': case 'echo': case 'add-matcher': case 'remove-matcher':
        return undefined;
      case 'set-output': case 'save-state': case 'set-env': case 'add-path':
        this.legacy.push(raw);
        return raw;
      default:
        return raw;
    }
  }
}

/** `::name key=value::text` after blanks at the start of a line, or `##[name key=value]text` anywhere in it. */
export function parseCommand(raw: string): Command | undefined {
  const now = /^\s*::([^\s:]+)(?:\s+([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(raw);
  if (now !== null) return command(now, ',', unescapeNow);
  const old = /##\[([\w-]+)(?:\s+([^\]]*))?\](.*)$/s.exec(raw);
  return old === null ? undefined : command(old, ';', unescapeOld);
}

function command([, name = '', properties = '', value = '']: RegExpExecArray, separator: string, unescape: (text: string) => string): Command {
  const pairs = properties.split(separator).filter((pair) => pair.includes('=')).map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')).trim(), unescape(pair.slice(pair.indexOf('=') + 1))]);
  return { name, properties: Object.fromEntries(pairs), value: unescape(value) };
}

function unescapeNow(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
}

function unescapeOld(text: string): string {
  return text.replaceAll('%3B', ';').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%5D', ']').replaceAll('%25', '%');
}

/** The files behind GITHUB_OUTPUT, GITHUB_STATE and GITHUB_ENV: `name=value` lines and `name<<delimiter` blocks. */
export function parseFileCommands(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').replace(/\r$/, '');
    if (line === '') continue;
    const heredoc = /^([^=]*?)<<(.+)$/.exec(line);
    if (heredoc === null) {
      const equals = line.indexOf('=');
      if (equals < 1) throw new Error(`a runner file has the line "${line}", which is neither name=value nor name<<delimiter`);
      found[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const [, name = '', delimiter = ''] = heredoc;
    const end = lines.findIndex((candidate, index) => index > at && candidate.replace(/\r$/, '') === delimiter);
    if (end < 0) throw new Error(`the block of ${name} in a runner file has no end ${delimiter}`);
    found[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return found;
}
