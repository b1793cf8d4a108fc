/** Renders job summaries as one HTML page: only the markdown that our summaries contain. */
export interface Shown {
  readonly title: string;
  readonly good: boolean;
  /** Markdown as it went to the job summary. */
  readonly summary: string;
}

const STYLE = `body{font:15px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;color:#1f2328;background:#f6f8fa;margin:0;padding:32px}
main{max-width:980px;margin:auto}section{background:#fff;border:1px solid #d1d9e0;border-radius:8px;margin:0 0 28px;overflow:hidden}
h1{font-size:26px}section>header{background:#f6f8fa;border-bottom:1px solid #d1d9e0;padding:10px 20px;font-weight:600;border-left:6px solid #1a7f37}
section.bad>header{border-left-color:#cf222e}section>div{padding:4px 20px 16px}table{border-collapse:collapse;margin:8px 0}
th,td{border:1px solid #d1d9e0;padding:6px 12px;text-align:left;vertical-align:top}th{background:#f6f8fa}code,pre{font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;background:#f6f8fa;border-radius:6px}
code{padding:2px 5px}pre{padding:12px;overflow:auto}summary{cursor:pointer;font-weight:600;margin:8px 0}blockquote{border-left:4px solid #cf222e;margin:8px 0;padding:2px 14px}`;

/** Inline markdown: bold, emphasis, code. HTML and entities stay: our summaries escape foreign text themselves. */
function inline(text: string): string {
  return text
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|\s)_([^_]+)_(?=\s|$)/g, '$1<em>$2</em>');
}

function row(line: string, cell: 'td' | 'th'): string {
  return `<tr>${line.replace(/^\||\|$/g, '').split('|').map((text) => `<${cell}>${inline(text.trim())}</${cell}>`).join('')}</tr>`;
}

/** Markdown blocks to HTML. */
export function renderMarkdown(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    const ticks = /^(`{3,})/.exec(line)?.[1];
    if (heading !== null) out.push(`<h${(heading[1] ?? '').length}>${inline(heading[2] ?? '')}</h${(heading[1] ?? '').length}>`);
    else if (ticks !== undefined) {
      const end = lines.findIndex((candidate, index) => index > at && candidate.trimEnd() === ticks);
      const body = lines.slice(at + 1, end < 0 ? undefined : end).join('\n');
      out.push(`<pre>${body.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`);
      at = end < 0 ? lines.length : end;
    } else if (line.startsWith('|')) {
      const rows = lines.slice(at).findIndex((candidate) => !candidate.startsWith('|'));
      const block = lines.slice(at, rows < 0 ? undefined : at + rows);
      out.push(`<table>${block.map((text, index) => (index === 1 ? '' : row(text, index === 0 ? 'th' : 'td'))).join('')}</table>`);
      at += block.length - 1;
    } else if (line.startsWith('- ')) out.push(`<div>${/^- \[[x ]\]/.test(line) ? inline(line.slice(2).replace('[x]', '☑').replace('[ ]', '☐')) : `• ${inline(line.slice(2))}`}</div>`);
    else if (line.startsWith('> ')) out.push(`<blockquote>${inline(line.slice(2).replace(/^\[!(\w+)\]$/, '<strong>$1</strong>'))}</blockquote>`);
    else if (line.startsWith('<')) out.push(line);
    else if (line.trim() !== '') out.push(`<p>${inline(line)}</p>`);
  }
  return out.join('\n');
}

/** The page of the demo. */
export function demoPage(shown: readonly Shown[]): string {
  const sections = shown.map((one) => `<section class="${one.good ? 'good' : 'bad'}"><header>${one.title}</header><div>${renderMarkdown(one.summary)}</div></section>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>fwber/ops: the demo's job summaries</title><style>${STYLE}</style><main><h1>What GitHub shows after each run</h1>${sections.join('\n')}</main></html>\n`;
}
