/**
 * Workflow commands and file commands as the runner reads them. Ours instead of `@actions/core`, whose
 * import alone costs more start-up time than all the rest of an action (docs/dependencies.md).
 */

/** One line `::name key=value::data`. */
export function workflowCommand(name: string, data: string, properties: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = Object.entries(properties).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [`${key}=${escapeProperty(value)}`]));
  return `::${name}${pairs.length === 0 ? '' : ` ${pairs.join(',')}`}::${escapeData(data)}`;
}

export function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** An entry of GITHUB_OUTPUT or GITHUB_STATE. `token` is random; it must not stand in the value, or the value could set other names. */
export function fileCommand(name: string, value: string, token: string): string {
  const delimiter = `ops_${token}`;
  if (value.includes(delimiter) || name.includes(delimiter)) throw new Error('The delimiter stands in the value.');
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** True when the runner could take the printed line for a command: `::` first, or `##[` anywhere. */
export function looksLikeCommand(line: string): boolean {
  return /^\s*::/.test(line) || line.includes('##[');
}
