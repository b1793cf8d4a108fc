import { isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { App } from '../../app.ts';
import { dockerfiles, instructionsOf } from '../../facts/dockerfile.ts';
import type { Finding, Place } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';

/** Not `optimize:clear`. */
const CACHES = /\bartisan\s+(?:config:cache|optimize)(?![:\w-])/;
const BUILDS_IMAGE = /docker\/build-push-action|\bdocker\s+(?:buildx\s+)?build\b|\bbuildah\s+b/;
const SUBJECT = 'bootstrap/cache/config.php';

export function checkBaked(app: App): Judgement {
  const { repository } = app;
  const findings = [...inImages(app), ...inWorkflows(app)];
  const cache = `${repository.prefix}${SUBJECT}`;
  if (repository.isGit && repository.holds(cache)) findings.push(found(app, { file: cache, line: 1, column: 1 }, 'The cached configuration is tracked by git', 'Remove it from git, and ignore bootstrap/cache/*.php.'));
  return judged({ findings, safe: [{ subject: SUBJECT, shown: 'made at start', trace: [] }] }, '');
}

function inImages(app: App): readonly Finding[] {
  const { repository } = app;
  return dockerfiles(repository).filter((file) => repository.holds(file)).flatMap((file) => instructionsOf(file, repository.text(file) ?? '')
    .filter(({ name, text }) => name === 'RUN' && CACHES.test(text))
    .map(({ line }) => found(app, { file, line, column: 1 }, `${file} caches the configuration in a layer of the image`, 'Run it in the entrypoint, when the container has its environment.')));
}

/** A step of a job that caches the configuration before a later step builds an image of the tree. */
function inWorkflows(app: App): readonly Finding[] {
  const { repository } = app;
  return repository.files.filter((file) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file) && repository.holds(file)).flatMap((file) => {
    const text = repository.text(file) ?? '';
    if (!CACHES.test(text)) return [];
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const jobs = document.getIn(['jobs'], true);
    if (!isMap(jobs)) return [];
    return jobs.items.flatMap(({ value }) => {
      const steps = isMap(value) ? value.get('steps', true) : undefined;
      const list = isCollection(steps) ? steps.items.flatMap((item) => (isMap(item) ? [item] : [])) : [];
      const built = list.findLastIndex((step) => BUILDS_IMAGE.test(String(step.get('run') ?? '')) || BUILDS_IMAGE.test(String(step.get('uses') ?? '')));
      return list.slice(0, Math.max(0, built)).filter((step) => CACHES.test(String(step.get('run') ?? ''))).map((step) => {
        const run = step.get('run', true);
        const position = lines.linePos(isScalar(run) ? (run.range?.[0] ?? 0) : 0);
        return found(app, { file, line: position.line, column: position.col }, `${file} caches the configuration before it builds an image`, 'Run it in the entrypoint, when the container has its environment.');
      });
    });
  });
}

function found({ repository }: App, place: Place, what: string, remedy: string): Finding {
  return {
    subject: SUBJECT, severity: 'high', rank: 1, shown: 'made at build', remedy, place,
    message: `${what}, so the environment of the host counts for nothing.`,
    trace: [{ file: place.file.slice(repository.prefix.length), line: place.line, column: place.column, what: 'the configuration is cached' }],
  };
}
