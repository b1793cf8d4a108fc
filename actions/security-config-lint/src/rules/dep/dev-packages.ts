import type { App } from '../../app.ts';
import { composerOf, jsonPlace, objectIn } from '../../facts/composer.ts';
import type { Finding } from '../../finding.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const DEV_PACKAGES = [
  'barryvdh/laravel-debugbar', 'fruitcake/laravel-debugbar', 'spatie/laravel-ray', 'spatie/ray', 'spatie/laravel-ignition', 'spatie/ignition', 'facade/ignition',
  'laravel/telescope', 'spatie/laravel-web-tinker', 'fakerphp/faker', 'fzaninotto/faker',
];

export function checkDevPackages(app: App): Judgement {
  const composer = composerOf(app);
  if (composer === undefined) return notApplicable('there is no composer.json');
  const required = Object.keys(objectIn(composer.json['require']) ?? {});
  const findings = required.filter((name) => DEV_PACKAGES.includes(name.toLowerCase())).map((name): Finding => {
    const isGated = name.toLowerCase() === 'laravel/telescope' && app.laravel.filesWith(['viewTelescope']).length > 0;
    return placeFinding(app, {
      subject: name.toLowerCase(), severity: isGated ? 'low' : 'medium', rank: isGated ? 1 : 2, place: jsonPlace(composer.file, composer.text, name), shown: 'require', what: `${name} is required`,
      message: `\`${name}\` is in \`require\`, so it comes along to the hosts${isGated ? '; a gate guards its pages' : ''}.`,
      remedy: `Move it: \`composer require --dev ${name}\`.`,
    });
  });
  return judged({ findings, safe: [{ subject: 'require', shown: 'no package for development', trace: [] }] }, '');
}
