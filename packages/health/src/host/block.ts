/** One attempt as the host script printed it, without the `|` in front of foreign lines. */
export interface Block {
  readonly number: number;
  /** Milliseconds since the epoch, by the host's clock, to the second. */
  readonly at: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The last error line of curl, without its number. */
  readonly error: string;
  readonly address: string | undefined;
  /** Seconds since the attempt began: looked up, connected, shaken hands, first byte, end. */
  readonly times: readonly number[];
  /** curl's exit status; undefined when the output was cut before it. */
  readonly exit: number | undefined;
}

/** Finds the blocks in the output of a batch; lines of others are passed over. */
export function blocksOf(stdout: string): Block[] {
  const blocks: Block[] = [];
  let head: RegExpExecArray | null = null;
  let lines: string[] = [];
  for (const line of stdout.split('\n')) {
    const begin = /^hp:begin (\d+) (\d+)$/.exec(line);
    if (begin !== null) {
      head = begin;
      lines = [];
    } else if (line.startsWith('|')) {
      lines.push(line.slice(1));
    } else if (line === 'hp:end' && head !== null) {
      blocks.push(blockOf(Number(head[1]), Number(head[2]) * 1000, lines));
      head = null;
    }
  }
  return blocks;
}

function blockOf(number: number, at: number, lines: readonly string[]): Block {
  const exit = /^hp:exit (\d+)$/.exec(lines.at(-1) ?? '');
  const meta = lines.findLastIndex((line) => line.startsWith('hp:meta '));
  const [, status = '0', address, ...times] = meta === -1 ? [] : (lines[meta] ?? '').split(' ');
  const said = meta === -1 ? lines : lines.slice(0, meta);
  const errors = said.filter((line) => /^curl: \(\d+\)/.test(line));
  const { headers, body } = answerOf(said.filter((line) => !/^curl: \(\d+\)/.test(line)));
  return {
    number,
    at,
    status: Number(status),
    headers,
    body,
    error: (errors.at(-1) ?? '').replace(/^curl: \(\d+\)\s*/, ''),
    address: address === undefined || address === '' || address === '-' ? undefined : address,
    times: times.map(Number),
    exit: exit === null ? undefined : Number(exit[1]),
  };
}

/** Splits head and body; interim answers (`100 Continue`) come before the one that counts. */
function answerOf(lines: readonly string[]): { readonly headers: Record<string, string>; readonly body: string } {
  let at = lines.findIndex((line) => line.startsWith('HTTP/'));
  if (at === -1) return { headers: {}, body: '' };
  for (;;) {
    const blank = lines.findIndex((line, index) => index > at && line.trim() === '');
    const end = blank === -1 ? lines.length : blank;
    if (/^HTTP\/\S+ 1\d\d/.test(lines[at] ?? '') && (lines[end + 1] ?? '').startsWith('HTTP/')) {
      at = end + 1;
      continue;
    }
    return { headers: headersIn(lines.slice(at + 1, end)), body: lines.slice(end + 1).join('\n').trimEnd() };
  }
}

function headersIn(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
