import { gzipSync } from 'node:zlib';
import type { Place } from '../finding.ts';
import type { Reported } from '../reported.ts';
import type { Rule } from '../rule.ts';
import { bySeverity } from '../severity.ts';
import type { Stood } from '../standing.ts';
import type { Target } from '../target.ts';
import { LEVELS, sarifRule, type SarifLevel } from './descriptor.ts';

/** Of what code scanning takes: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit */
export const SARIF_RESULTS = 5000;
const GZIPPED_BYTES = 10 * 1024 * 1024;

export interface SarifOptions {
  readonly rules: readonly Rule[];
  readonly target: Target;
  /** Laravel root in the repository, with `/` at its end; empty for the top. */
  readonly prefix: string;
  readonly includeSuppressed: boolean;
  readonly hasBaseline: boolean;
  readonly version: string;
  /** False when a rule broke. */
  readonly succeeded: boolean;
  readonly most?: { readonly results: number; readonly gzippedBytes: number };
}

export interface SarifReport {
  readonly text: string;
  /** Results that did not fit. */
  readonly left: number;
}

/** The findings as SARIF 2.1.0, worst first, as much as code scanning takes. */
export function sarif(stood: readonly Stood[], options: SarifOptions): SarifReport {
  const { results: mostResults, gzippedBytes } = options.most ?? { results: SARIF_RESULTS, gzippedBytes: GZIPPED_BYTES };
  const shown = stood.filter(({ standing }) => standing.kind !== 'suppressed' || options.includeSuppressed).toSorted((a, b) => bySeverity(a.finding.severity, b.finding.severity));
  let kept = shown.slice(0, mostResults);
  for (;;) {
    const left = shown.length - kept.length;
    const text = `${JSON.stringify(logOf(kept, left, options), null, 2)}\n`;
    if (kept.length === 0 || gzipSync(text, { level: 1 }).length <= gzippedBytes) return { text, left };
    kept = kept.slice(0, Math.floor(kept.length * 0.75));
  }
}

function logOf(stood: readonly Stood[], left: number, options: SarifOptions): unknown {
  const index = new Map(options.rules.map((rule, at) => [rule.id, at]));
  const notes = left === 0 ? [] : [{ level: 'warning', message: { text: `${left} more results were left out: code scanning takes ${SARIF_RESULTS} results and 10 MB.` } }];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'security-config-lint', organization: 'fwber', informationUri: 'https://github.com/fwber/ops', semanticVersion: options.version, rules: options.rules.map(sarifRule) } },
      automationDetails: { id: `security-config-lint/${options.target}/${options.prefix}` },
      columnKind: 'utf16CodeUnits',
      invocations: [{ executionSuccessful: options.succeeded, toolExecutionNotifications: notes }],
      results: stood.map((each) => resultOf(each, index.get(each.finding.rule.id) ?? -1, options)),
    }],
  };
}

function resultOf({ finding, standing }: Stood, ruleIndex: number, { hasBaseline }: SarifOptions): unknown {
  const { rule, severity, place, steps, fingerprint } = finding;
  const level: SarifLevel = LEVELS[severity];
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: sentence(finding) },
    locations: [{ physicalLocation: physical(place) }],
    ...(steps.length === 0 ? {} : { relatedLocations: steps.map((step, id) => ({ id, physicalLocation: physical(step), message: { text: step.what } })) }),
    ...(steps.length < 2 ? {} : { codeFlows: [{ threadFlows: [{ locations: steps.map((step) => ({ location: { physicalLocation: physical(step), message: { text: step.what } } })) }] }] }),
    partialFingerprints: { 'fwsConfig/v1': fingerprint },
    ...(hasBaseline ? { baselineState: standing.kind === 'known' ? 'unchanged' : 'new' } : {}),
    ...(standing.kind === 'suppressed' ? { suppressions: [{ kind: standing.by.source === 'inline' ? 'inSource' : 'external', justification: standing.by.reason ?? '' }] } : {}),
    properties: { severity, subject: finding.subject, half: finding.half },
  };
}

/** What is wrong, where the value comes from as far as no file shows it, what to do. */
function sentence({ message, elsewhere, remedy }: Reported): string {
  return [message, ...(elsewhere.length === 0 ? [] : [`Not in a file of this repository: ${elsewhere.join('; ')}.`]), remedy].join(' ');
}

function physical({ file, line, column, endLine, endColumn }: Place): unknown {
  return {
    artifactLocation: { uri: file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column, ...(endLine === undefined ? {} : { endLine }), ...(endColumn === undefined ? {} : { endColumn }) },
  };
}
