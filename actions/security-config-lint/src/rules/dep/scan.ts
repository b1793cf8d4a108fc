import type { App } from '../../app.ts';
import { composerOf } from '../../facts/composer.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const DEPENDABOT = /^\.github\/dependabot\.ya?ml$/;
const RENOVATE = /^(?:\.github\/|\.gitlab\/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)$/;
const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const AUDITS = /\bcomposer\s+(?:[\w-]+\s+)*audit\b|security-checker|osv-scanner|trivy|snyk|dependency-review-action|renovatebot\//;

export function checkScan(app: App): Judgement {
  const composer = composerOf(app);
  if (composer === undefined) return notApplicable('there is no composer.json');
  const by = scannerOf(app);
  const subject = 'composer.json';
  if (by !== undefined) return judged({ safe: [{ subject, shown: by, trace: [] }] }, '');
  return judged({ findings: [placeFinding(app, {
    subject, severity: 'medium', place: { file: composer.file, line: 1, column: 1 }, shown: 'nobody', what: 'no file of the repository asks for advisories',
    message: 'Nothing in the repository looks for packages with known holes.', remedy: 'Add the ecosystem `composer` to .github/dependabot.yml, or a step with `composer audit`.',
  })] }, '');
}

function scannerOf({ repository, laravel }: App): string | undefined {
  if (laravel.packages.has('roave/security-advisories')) return 'roave/security-advisories';
  return repository.files.filter((file) => repository.holds(file)).find((file) => {
    if (RENOVATE.test(file)) return true;
    const text = DEPENDABOT.test(file) || WORKFLOW.test(file) ? (repository.text(file) ?? '').replaceAll(/^\s*#.*$/gm, '') : '';
    return DEPENDABOT.test(file) ? /package-ecosystem['"]?\s*:\s*['"]?composer\b/.test(text) : AUDITS.test(text);
  });
}
