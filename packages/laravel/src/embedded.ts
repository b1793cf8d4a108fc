import { scripts, type ScriptName } from './scripts.generated.ts';

/** As one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** PHP for `php -r`, which takes code without its opening tag. */
function code(text: string): string {
  return text.replace(/^<\?php\s*\n/, '');
}

/**
 * A step with what it says it needs: `# with: release.sh host.php caches.php` puts the shell functions before it and
 * the PHP, joined, into OPS_PHP. The result is one self-contained script.
 */
export function compose(name: ScriptName): string {
  const step = scripts[name];
  const needs = /^# with: (.+)$/m.exec(step)?.[1]?.split(' ') ?? [];
  const texts = needs.map((need) => {
    const found = Object.entries(scripts).find(([known]) => known === need);
    if (found === undefined) throw new Error(`${name} needs ${need}, which is not embedded.`);
    return found;
  });
  const shell = texts.filter(([file]) => file.endsWith('.sh')).map(([, text]) => text);
  const php = texts.filter(([file]) => file.endsWith('.php')).map(([, text]) => code(text));
  return [...(php.length === 0 ? [] : [`OPS_PHP=${quote(php.join(''))}\n`]), ...shell, step].join('');
}
