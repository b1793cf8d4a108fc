import { z } from 'zod';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2027-01-31').refine((text) => new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text, 'is no day of the calendar');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

// A reason or day that is missing is no error of the file: the finding stands, and MET-002 says so.

/** A rule that is switched off. Whether an `until` must stand there depends on the rule's severity. */
export const offSchema = z.strictObject({
  off: z.literal(true).describe('Switches the rule off'),
  reason: z.string().optional().describe('Why'),
  owner: z.string().optional().describe('Who answers for it'),
  until: day.optional().describe('Last day; needed for rules of severity high and critical'),
});

export const ignoreSchema = z.strictObject({
  rule: z.string().describe('Id or slug'),
  key: z.string().optional().describe('Config path, environment key, header or directive that the finding is about'),
  path: z.string().optional().describe('File of the repository that the finding or its trace stands in; * and ** as in .gitignore'),
  reason: z.string().optional().describe('Why'),
  owner: z.string().optional().describe('Who answers for it'),
  until: day.optional().describe('Last day; needed for findings of severity high and critical'),
});

export const attestSchema = z.strictObject({
  id: z.string().describe('Id of the checklist item'),
  evidence: z.string().trim().min(3).describe('Where somebody else can see it: an address, a ticket, a document'),
  owner: z.string().trim().min(1).describe('Who answers for it'),
  until: day.describe('Last day; then somebody has to look again'),
});

export const assumeSchema = z.strictObject({
  path: z.string().describe('Config path, or env:NAME'),
  value: scalar.describe('What it is'),
  reason: z.string().trim().min(3, 'must say how you know').describe('How you know'),
});

/** `.github/security-lint.yml`. */
export const policySchema = z.strictObject({
  rules: z.record(z.string(), z.union([offSchema, z.record(z.string(), z.unknown())])).default({}).describe('Options of rules, by id or slug, or `off: true` with a reason'),
  ignore: z.array(ignoreSchema).default([]).describe('Findings that are accepted'),
  attest: z.array(attestSchema).default([]).describe('What no machine can see, said by somebody until a day'),
  assume: z.array(assumeSchema).default([]).describe('Values that cannot be computed and are known all the same'),
  'inline-suppressions': z.enum(['allow', 'deny']).optional().describe('deny: comments with fws-ignore count for nothing'),
}).describe('Policy of security-config-lint: .github/security-lint.yml');

export type Policy = z.infer<typeof policySchema>;
export type Off = z.infer<typeof offSchema>;
export type IgnoreEntry = z.infer<typeof ignoreSchema>;
export type Attestation = z.infer<typeof attestSchema>;
export type Assumption = z.infer<typeof assumeSchema>;
