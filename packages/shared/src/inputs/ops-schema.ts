import type { ActionContract, InputSpec } from '../contract.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean'] };
const TITLE = 'Default values for the inputs of fwber/ops actions';

/**
 * JSON Schema (draft 7, which editors know best) of `.github/ops.yml`: what `readOpsFile` accepts, with descriptions,
 * defaults and examples for completion.
 */
export function opsSchema(contracts: readonly ActionContract[]): JsonSchema {
  const own = contracts.map((contract) => [contract.name, section(`Only for ${contract.name}: ${contract.description}`, valuesOf([contract]))] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: TITLE,
    description: 'Stands in .github/ops.yml. What a workflow passes in `with:` wins; then the environment, then defaults, and in both the section of the action first.',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      defaults: { $ref: '#/definitions/section', description: 'For every environment' },
      environments: { type: ['object', 'null'], description: 'By the value of the input `environment`', additionalProperties: { $ref: '#/definitions/section' } },
    },
    definitions: { section: section('Inputs of any action, and sections of single actions', { ...valuesOf(contracts), ...Object.fromEntries(own) }) },
  };
}

function section(description: string, properties: JsonSchema): JsonSchema {
  return { type: ['object', 'null'], description, additionalProperties: false, properties };
}

/** The inputs that may stand in the file; one that actions disagree about may be what any of them takes. */
function valuesOf(contracts: readonly ActionContract[]): JsonSchema {
  const specs = new Map<string, InputSpec[]>();
  for (const { inputs } of contracts) for (const [name, spec] of Object.entries(inputs)) specs.set(name, [...(specs.get(name) ?? []), spec]);
  return Object.fromEntries([...specs].filter(([name, all]) => name !== 'environment' && all.every((spec) => spec.secret !== true && spec.expression === undefined)).map(([name, all]) => {
    const different = [...new Map(all.map((spec) => [JSON.stringify(valueSchema(spec)), spec])).values()];
    const [first] = different;
    return [name, different.length > 1 ? { description: first?.description, anyOf: different.map(documented) } : first === undefined ? {} : documented(first)];
  }));
}

function documented(spec: InputSpec): JsonSchema {
  return { description: `${spec.description}. Value: ${spec.rule}.`, ...valueSchema(spec), ...(spec.default === undefined ? {} : { default: typedDefault(spec, spec.default) }), examples: [spec.example] };
}

function valueSchema(spec: InputSpec): JsonSchema {
  const words = /^one of: (.+)$/.exec(spec.rule)?.[1]?.split(', ');
  if (words !== undefined) return { enum: words };
  if (isBoolean(spec)) return { enum: [true, false, 'true', 'false'] };
  const whole = /^a whole number from (-?\d+)(?: to (\d+))?$/.exec(spec.rule);
  if (whole !== null) return { anyOf: [{ type: 'integer', minimum: Number(whole[1]), ...(whole[2] === undefined ? {} : { maximum: Number(whole[2]) }) }, { type: 'string', pattern: '^\\d+$' }] };
  if (spec.rule.startsWith('a duration')) return { type: ['string', 'integer'], pattern: '^(?:0|(?:\\d+(?:d|h|m|s|ms))+)$', minimum: 0, maximum: 0 };
  // The text of such an input is a YAML list itself; in the file it may as well stand there unquoted.
  if (spec.example.startsWith('- ')) return { anyOf: [{ type: 'string' }, { type: 'array', items: { type: ['string', 'object'] } }] };
  return spec.list === true ? { anyOf: [SCALAR, { type: 'array', items: SCALAR }] } : SCALAR;
}

function isBoolean(spec: InputSpec): boolean {
  return spec.rule === 'true or false';
}

function typedDefault(spec: InputSpec, text: string): unknown {
  if (spec.list === true) return text === 'none' ? [] : text.includes('\n') ? text.split('\n') : text;
  if (isBoolean(spec)) return text === 'true';
  return spec.rule.startsWith('a whole number') ? Number(text) : text;
}
