import type { Rule } from './rule.ts';
import { APP } from './rules/app.ts';
import { AUT } from './rules/aut.ts';
import { CRS } from './rules/crs.ts';
import { CSF } from './rules/csf.ts';
import { DBS } from './rules/dbs.ts';
import { DEP } from './rules/dep.ts';
import { DKR } from './rules/dkr.ts';
import { ENV } from './rules/env.ts';
import { KEY } from './rules/key.ts';
import { LOG } from './rules/log.ts';
import { MET } from './rules/met.ts';
import { SEC } from './rules/sec.ts';
import { SES } from './rules/ses.ts';
import { TLS } from './rules/tls.ts';
import { WFL } from './rules/wfl.ts';

/** Every rule, in the order of the catalogue. */
export const RULES: readonly Rule[] = [
  ...APP,
  ...ENV,
  ...KEY,
  ...SES,
  ...CSF,
  ...CRS,
  ...TLS,
  ...AUT,
  ...LOG,
  ...DBS,
  ...DEP,
  ...SEC,
  ...DKR,
  ...WFL,
  ...MET,
];
