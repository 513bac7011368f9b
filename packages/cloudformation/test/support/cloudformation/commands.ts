import fc from 'fast-check';

/** What a template of a history uses: per logical ID the number of a content, or nothing. */
export interface TemplateSpec {
  readonly a: number;
  readonly b: number | undefined;
  readonly nested: number | undefined;
  readonly retain: boolean;
  /** Whether changes of a function's code leave published versions behind. */
  readonly publishes: boolean;
}

/** What can happen between any two steps of anything else. */
export type Happening =
  | {
      readonly kind: 'begin';
      readonly stack: number;
      readonly spec: TemplateSpec;
      readonly changeSet: boolean;
    }
  /** A deployment that nothing disturbs, up to its settling. */
  | {
      readonly kind: 'deploy';
      readonly stack: number;
      readonly spec: TemplateSpec;
      readonly changeSet: boolean;
    }
  | { readonly kind: 'host'; readonly deployment: number; readonly steps: number }
  | { readonly kind: 'crash'; readonly deployment: number }
  | {
      readonly kind: 'foreign';
      readonly stack: number;
      readonly spec: TemplateSpec;
      readonly changeSet: boolean;
    }
  | { readonly kind: 'execute'; readonly stack: number }
  | { readonly kind: 'step'; readonly stack: number; readonly succeeds: boolean }
  /** Everything that runs in the stack comes to its end. */
  | { readonly kind: 'finish'; readonly stack: number }
  | { readonly kind: 'delete'; readonly stack: number }
  | { readonly kind: 'drop'; readonly stack: number }
  | {
      readonly kind: 'refactor';
      readonly from: number;
      readonly to: number;
      readonly logicalId: string;
      /** Makes the other stack when there is none: how a stack is renamed. */
      readonly makes: boolean;
      /** Brings both stacks to rest first: otherwise it is mostly refused. */
      readonly rests: boolean;
    }
  /** What some stack left in the account is taken into one. */
  | {
      readonly kind: 'import';
      readonly stack: number;
      readonly logicalId: string;
      readonly rests: boolean;
    }
  /** A stack set gives all of its instances one template, packaged for none of them. */
  | { readonly kind: 'stack-set'; readonly spec: TemplateSpec }
  | { readonly kind: 'sweep' }
  /** `holdfast gc --apply` under a lifecycle. */
  | { readonly kind: 'gc'; readonly keepLast: number; readonly rollback: number };

export type Command =
  | Happening
  | { readonly kind: 'advance'; readonly hours: number }
  | {
      readonly kind: 'settle' | 'reconcile' | 'reconcile-all';
      readonly stack: number;
      /** What happens while it runs, one before each of its first calls. */
      readonly during: readonly Happening[];
      /** The call at which it is killed, or refused; never when absent. */
      readonly ends?: { readonly call: number; readonly how: 'killed' | 'AccessDenied' | 'Throttling' };
    };

export const STACKS = 2;
/** Instances of a stack set; their numbers come after those of the stacks. */
export const INSTANCES = 2;
export const CONTENTS = 3;
const stack = fc.nat(STACKS - 1);
const anyStack = fc.nat(STACKS + INSTANCES - 1);
const logicalId = fc.constantFrom('A', 'B');
const content = fc.nat(CONTENTS - 1);
const deployment = fc.nat(2);

const spec: fc.Arbitrary<TemplateSpec> = fc.record({
  a: content,
  b: fc.option(content, { nil: undefined }),
  nested: fc.option(content, { nil: undefined, freq: 3 }),
  retain: fc.boolean(),
  publishes: fc.boolean(),
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('begin' as const), stack, spec, changeSet: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('deploy' as const), stack, spec, changeSet: fc.boolean() }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('host' as const),
      deployment,
      steps: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), deployment }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('foreign' as const), stack, spec, changeSet: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('execute' as const), stack }) },
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('step' as const), stack: anyStack, succeeds: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('finish' as const), stack: anyStack }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), stack: anyStack }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), stack }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('refactor' as const),
      from: stack,
      to: stack,
      logicalId,
      makes: fc.boolean(),
      rests: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('import' as const),
      stack,
      logicalId: fc.constantFrom('B', 'C'),
      rests: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stack-set' as const), spec }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('gc' as const), keepLast: fc.nat(1), rollback: fc.nat(1) }),
  },
);

const settling = fc.record(
  {
    kind: fc.constantFrom('settle' as const, 'reconcile' as const, 'reconcile-all' as const),
    stack: anyStack,
    during: fc.array(happening, { maxLength: 5 }),
    ends: fc.record({
      call: fc.integer({ min: 1, max: 20 }),
      how: fc.constantFrom('killed' as const, 'AccessDenied' as const, 'Throttling' as const),
    }),
  },
  { requiredKeys: ['kind', 'stack', 'during'] },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: happening },
  { weight: 5, arbitrary: settling },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), hours: fc.integer({ min: 1, max: 30 }) }),
  },
);

export const history = fc.array(command, { minLength: 5, maxLength: 40, size: 'max' });
