import type { App } from '../../app.ts';
import { decide, isNull, isTruthy, type Settled } from '../../decide.ts';
import { judged, together, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, setting, type Bad, type SubjectValue } from '../../subject-value.ts';
import type { Why } from '../../decide.ts';

interface Tool {
  readonly name: string;
  readonly package: string;
  readonly path: string;
  /** The key that its own configuration reads. */
  readonly key: string;
  /** What its own configuration says when nobody sets the key: `debug` follows debug mode. */
  readonly byDefault: 'on' | 'debug';
}

const TOOLS: readonly Tool[] = [
  { name: 'Debugbar', package: 'barryvdh/laravel-debugbar', path: 'debugbar.enabled', key: 'DEBUGBAR_ENABLED', byDefault: 'debug' },
  { name: 'Debugbar', package: 'fruitcake/laravel-debugbar', path: 'debugbar.enabled', key: 'DEBUGBAR_ENABLED', byDefault: 'debug' },
  { name: 'Telescope', package: 'laravel/telescope', path: 'telescope.enabled', key: 'TELESCOPE_ENABLED', byDefault: 'on' },
  { name: 'Clockwork', package: 'itsgoingd/clockwork', path: 'clockwork.enable', key: 'CLOCKWORK_ENABLE', byDefault: 'debug' },
];

export function checkTools(app: App): Judgement {
  const debug = decide(app.laravel.config('app.debug'), isTruthy);
  const installed = TOOLS.filter((tool) => app.laravel.packages.get(tool.package)?.isDev === false);
  return judged(together(installed.map((tool) => {
    const asked = valueOf(app, tool);
    const followsDebug = (value: Settled): boolean => tool.byDefault === 'debug' && isNull(value);
    return judgeValue(app, asked, (value): Bad | Why | undefined => {
      const bad: Bad = { severity: 'high', so: `so ${tool.name} shows requests, queries and sessions`, remedy: `${setting(asked, 'false')} Or move ${tool.package} to require-dev.` };
      if (followsDebug(value)) return debug.kind === 'undecided' ? debug.why : debug.value ? bad : undefined;
      if (value.kind === 'unset' && tool.byDefault === 'on') return { ...bad, so: `and on by its own default, ${bad.so}` };
      return isTruthy(value) ? bad : undefined;
    });
  })), 'no such tool is installed outside require-dev');
}

/** Where the application has no configuration of the tool, the tool's own reads its key. */
function valueOf(app: App, { path, key }: Tool): SubjectValue {
  const asked = configValue(app, path);
  return asked.value.kind === 'unset' ? { subject: path, key, value: app.laravel.env(key) } : asked;
}
