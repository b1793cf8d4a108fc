/** `Illuminate\Support\Str` for ASCII: what it does with other scripts hangs on tables and PHP's versions. */

export function isAscii(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\u0000-\u007f]*$/.test(value);
}

export function slug(value: string, separator: string): string {
  const flip = separator === '-' ? '_' : '-';
  const dashes = value.replaceAll(new RegExp(`${quoted(flip)}+`, 'g'), separator).replaceAll('@', `${separator}at${separator}`).toLowerCase();
  const kept = dashes.replaceAll(new RegExp(`[^${inClass(separator)}a-z0-9\\s]+`, 'g'), '');
  const joined = kept.replaceAll(new RegExp(`[${inClass(separator)}\\s]+`, 'g'), separator);
  return trimText(joined, separator);
}

export function snake(value: string, delimiter: string): string {
  if (/^[a-z]+$/.test(value)) return value;
  const words = value.replaceAll(/(^|[ \t\r\n\f\v])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase()).replaceAll(/\s+/g, '');
  return words.replaceAll(/(.)(?=[A-Z])/g, (letter) => letter + delimiter).toLowerCase();
}

export function kebab(value: string): string {
  return snake(value, '-');
}

export function studly(value: string): string {
  return value.replaceAll(/[-_]/g, ' ').split(' ').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function inClass(text: string): string {
  return text.replaceAll(/[\\\]^-]/g, '\\$&');
}

function trimText(value: string, characters: string): string {
  let [start, end] = [0, value.length];
  while (start < end && characters.includes(value.charAt(start))) start += 1;
  while (end > start && characters.includes(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}
