import { isHoldfastError, type ArtifactStore } from '@holdfast/core';
import {
  beginDeployment,
  bindDeployment,
  DEFAULT_PIN_LEASE_MS,
  reconcileFunctions,
  reconcileStacks,
  settleStack,
  type LambdaApi,
  type SettlingStore,
  type StackOutcome,
} from '../../../src/index.js';
import type { FunctionStore } from '../../../src/lambda/store.js';
import { INSTANCES, STACKS, type Command, type Happening, type TemplateSpec } from './commands.js';
import { FakeCloudFormation, PLACE } from './fake-cloudformation.js';
import { GONE, type ModelStack } from './model-stack.js';
import { resourcesOf, stampsOf, type ModelResource, type ModelTemplate } from './templates.js';

/** A clock that the history turns. */
export class TurnedClock {
  ms = Date.parse('2026-01-01T00:00:00Z');
  readonly read = (): Date => new Date(this.ms);
}

/** The end of a process in the middle of its work. */
class Killed extends TypeError {}

interface Host {
  readonly name: string;
  readonly spec: TemplateSpec;
  readonly stack: string;
  readonly changeSet: boolean;
  step: 'publish' | 'pin' | 'call' | 'bind' | 'execute' | 'settle' | 'over';
  template: ModelTemplate | undefined;
  pinnedAt: number;
  stackId: string | undefined;
}

interface Published {
  readonly arn: string;
  readonly name: string;
  readonly digest: string;
}

/** One history: stacks that share contents, in a store that others share. Throws as soon as a promise is broken. */
export class History {
  readonly cloudformation: FakeCloudFormation;
  readonly #hosts: Host[] = [];
  /** Versions that are live, by ARN. */
  readonly #live = new Map<string, Published>();
  readonly #scoped: SettlingStore & FunctionStore;
  #names = 0;

  constructor(
    readonly store: ArtifactStore,
    readonly clock: TurnedClock,
    readonly prefix: string,
  ) {
    this.cloudformation = new FakeCloudFormation(clock.read);
    const own = (consumer: string): boolean =>
      [`:stack/${prefix}-`, `:function:${prefix}-`].some((it) => consumer.includes(it));
    this.#scoped = {
      identity: store.identity,
      consumer: (arn) => store.consumer(arn),
      settle: (request) => store.settle(request),
      bindPins: (...given) => store.bindPins(...given),
      describe: (...given) => store.describe(...given),
      listRepositories: () => store.listRepositories(),
      versionsOfContent: (...given) => store.versionsOfContent(...given),
      async *listConsumers() {
        for await (const consumer of store.listConsumers()) if (own(consumer)) yield consumer;
      },
    };
  }

  async play(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      await this.#command(command);
      await this.#checkProtected();
    }
    await this.#end();
  }

  async #command(command: Command): Promise<void> {
    // Longer than the margin that is left for clocks that differ.
    this.clock.ms += 20 * 60_000;
    switch (command.kind) {
      case 'advance':
        this.clock.ms += command.hours * 3_600_000;
        return;
      case 'settle':
        return this.#disturbed(command, () => this.#settle(this.#nameOf(command.stack), []));
      case 'reconcile':
      case 'reconcile-all':
        return this.#disturbed(command, async () => {
          await this.#reconcile(command.kind === 'reconcile-all');
        });
      default:
        return this.#happen(command);
    }
  }

  /** Runs a task while other things happen before its calls to CloudFormation, and perhaps ends it at one of them. */
  async #disturbed(command: Extract<Command, { during: unknown }>, task: () => Promise<void>): Promise<void> {
    const waiting = [...command.during];
    let calls = 0;
    let busy = false;
    this.cloudformation.onCall = async () => {
      if (busy) return;
      calls += 1;
      if (command.ends?.call === calls) {
        const { how } = command.ends;
        if (how === 'killed') throw new Killed('killed');
        throw Object.assign(new Error(how), { name: how });
      }
      const next = waiting.shift();
      if (next === undefined) return;
      busy = true;
      this.clock.ms += 1_000;
      await this.#happen(next);
      busy = false;
    };
    try {
      await task();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    } finally {
      this.cloudformation.onCall = () => undefined;
    }
  }

  async #happen(happening: Happening): Promise<void> {
    const { cloudformation } = this;
    switch (happening.kind) {
      case 'deploy': {
        await this.#happen({ ...happening, kind: 'begin' });
        const host = this.#hosts.at(-1)!;
        while (host.step !== 'over') {
          await this.#host(host);
          this.#finish(happening.stack);
        }
        return;
      }
      case 'begin': {
        const { spec, changeSet } = happening;
        const name = `${this.prefix}-d${(this.#names += 1)}`;
        const stack = this.#nameOf(happening.stack);
        this.#hosts.push({
          name,
          spec,
          stack,
          changeSet,
          step: 'publish',
          template: undefined,
          pinnedAt: 0,
          stackId: undefined,
        });
        return;
      }
      case 'host':
        for (let step = 0; step < happening.steps; step += 1)
          await this.#host(this.#hosts.at(-1 - happening.deployment));
        return;
      case 'crash': {
        const host = this.#hosts.at(-1 - happening.deployment);
        if (host !== undefined) host.step = 'over';
        return;
      }
      case 'foreign': {
        const template = await this.#publishTemplate(happening.spec, true);
        const name = this.#nameOf(happening.stack);
        if (happening.changeSet) cloudformation.createChangeSet(name, template);
        else cloudformation.deploy(name, template);
        return;
      }
      case 'execute': {
        this.#withStack(happening.stack, (stack) => cloudformation.executeNewest(stack));
        return;
      }
      case 'step': {
        this.#withStack(happening.stack, (stack) => cloudformation.step(stack, happening.succeeds));
        return;
      }
      case 'finish':
        this.#finish(happening.stack);
        return;
      case 'delete': {
        this.#withStack(happening.stack, (stack) => cloudformation.delete(stack));
        return;
      }
      case 'drop': {
        this.#withStack(happening.stack, (stack) => stack.changeSets.pop());
        return;
      }
      case 'refactor': {
        const { from: source, to: target, logicalId, makes, rests } = happening;
        if (rests) [source, target].forEach((it) => this.#finish(it));
        this.#withStack(source, (from) => {
          if (makes && source !== target && from.template.resources[logicalId] !== undefined)
            cloudformation.makeFor(this.#nameOf(target));
          this.#withStack(target, (to) => cloudformation.refactor(from, to, logicalId));
        });
        return;
      }
      case 'import':
        if (happening.rests) this.#finish(happening.stack);
        this.#withStack(happening.stack, (stack) => cloudformation.import(stack, happening.logicalId));
        return;
      case 'stack-set': {
        for (let instance = 0; instance < INSTANCES; instance += 1) {
          // Read for each: what is owed to one is not owed to the other.
          const template = await this.#publishTemplate(happening.spec, false);
          cloudformation.deploy(this.#nameOf(STACKS + instance), template);
        }
        return;
      }
      case 'sweep':
        return this.#sweep();
      case 'gc':
        return this.#collect(happening.keepLast, happening.rollback);
    }
  }

  #nameOf(stack: number): string {
    // As a stack set names its instances.
    return stack < STACKS ? `${this.prefix}-s${stack}` : `${this.prefix}-StackSet-web-${stack}`;
  }

  /** Everything that runs in a stack comes to a good end. */
  #finish(stack: number): void {
    this.#withStack(stack, (it) => {
      while (this.cloudformation.step(it, true));
    });
  }

  #withStack(stack: number, action: (stack: ModelStack) => unknown): void {
    const found = this.cloudformation.live(this.#nameOf(stack));
    if (found !== undefined) action(found);
  }

  /** The next step of a tool that deploys. */
  async #host(host: Host | undefined): Promise<void> {
    if (host === undefined) return;
    const { cloudformation, store } = this;
    const { name: deployment, stack: stackName } = host;
    switch (host.step) {
      case 'publish':
        host.template = await this.#publishTemplate(host.spec, false);
        host.step = 'pin';
        return;
      case 'pin':
        try {
          await beginDeployment({
            store,
            stackName,
            deployment,
            place: PLACE,
            pins: await this.#pinsOf(host.template!),
          });
        } catch (error) {
          // Deleted since it was published: the tool reports it and gives up.
          if (!isHoldfastError(error) || error.code !== 'not-found') throw error;
          host.step = 'over';
          return;
        }
        host.pinnedAt = this.clock.ms;
        for (const { owed } of resourcesOf(host.template)) owed.protected = true;
        host.step = 'call';
        return;
      case 'call': {
        // Nothing was promised to a deployment that begins after its lease.
        if (!this.#isWithinLease(host))
          for (const { owed } of resourcesOf(host.template)) owed.protected = false;
        const stack = host.changeSet
          ? cloudformation.createChangeSet(stackName, host.template!)
          : cloudformation.deploy(stackName, host.template!);
        host.stackId = stack?.id;
        host.step = stack === undefined ? 'settle' : 'bind';
        return;
      }
      case 'bind':
        await bindDeployment({ store, deployment, stackId: host.stackId! });
        host.step = host.changeSet ? 'execute' : 'settle';
        return;
      case 'execute': {
        const stack = cloudformation.stacks.find(({ id }) => id === host.stackId);
        if (stack !== undefined) cloudformation.executeNewest(stack);
        host.step = 'settle';
        return;
      }
      case 'settle':
        host.step = 'over';
        return this.#settle(stackName, [deployment]);
      case 'over':
    }
  }

  #isWithinLease({ pinnedAt }: Host): boolean {
    return this.clock.ms - pinnedAt < DEFAULT_PIN_LEASE_MS;
  }

  async #publishTemplate(spec: TemplateSpec, byLocation: boolean): Promise<ModelTemplate> {
    const resource = async (content: number): Promise<ModelResource> => {
      const { arn, digest } = await this.#publish(content);
      const { retain, publishes } = spec;
      return { version: arn, digest, retain, publishes, byLocation, owed: { protected: false } };
    };
    const resources = {
      A: await resource(spec.a),
      ...(spec.b === undefined ? {} : { B: await resource(spec.b) }),
    };
    if (spec.nested === undefined) return { resources };
    return {
      resources,
      nested: { logicalId: 'Child', template: { resources: { N: await resource(spec.nested) } } },
    };
  }

  async #publish(content: number): Promise<Published> {
    const bytes = Buffer.from(`${this.prefix} ${content}`);
    const { version } = await this.store.publish({
      // Two contents share an artifact, so that it has versions that were superseded.
      id: `${this.prefix}/c${content % 2}`,
      source: { kind: 'bytes', bytes },
    });
    const published = { arn: version.arn, name: `${version.id}:${version.number}`, digest: version.digest };
    this.#live.set(version.arn, published);
    return published;
  }

  async #pinsOf(template: ModelTemplate) {
    return Promise.all(
      stampsOf(template).map(async ([slot, { Version }]) => {
        const [, id = '', number] = /version\/default\/(.*):(\d+)$/.exec(Version) ?? [];
        return { slot, version: { repository: 'default', id, number: Number(number) } };
      }),
    );
  }

  async #settle(stack: string, finished: readonly string[]): Promise<void> {
    await this.#owe(() =>
      settleStack({ store: this.#scoped, api: this.cloudformation, stack, finished, clock: this.clock.read }),
    );
  }

  async #reconcile(all: boolean): Promise<StackOutcome[]> {
    return this.#owe(async () => {
      const options = {
        store: this.#scoped,
        api: this.cloudformation,
        all,
        clock: this.clock.read,
        concurrency: 1,
      };
      const { outcomes, doubts } = await reconcileStacks(options);
      if (doubts.length > 0) return [];
      const lambda = this.cloudformation.functions.lambda as LambdaApi;
      const functions = await reconcileFunctions({
        ...options,
        all: false,
        lambda,
        place: () => Promise.resolve(PLACE),
      });
      return [...outcomes, ...functions.outcomes];
    });
  }

  /** What a settlement has seen and decided on is protected from then on, whoever deployed it. */
  async #owe(task: () => Promise<StackOutcome[]>): Promise<StackOutcome[]> {
    const seen = new Map<string, ModelResource[]>();
    for (const { id, template, changeSets, status } of this.cloudformation.stacks) {
      const waiting = changeSets
        .filter(({ execution }) => execution === 'AVAILABLE')
        .map(({ template: it }) => it);
      const own = GONE.has(status) ? [] : Object.values(template.resources);
      seen.set(id, [...own, ...waiting.flatMap((it) => Object.values(it.resources))]);
    }
    const before = JSON.stringify(
      this.cloudformation.stacks.map((it) => [it.id, it.status, it.updated, it.changeSets.length]),
    );
    const outcomes = await task();
    const after = JSON.stringify(
      this.cloudformation.stacks.map((it) => [it.id, it.status, it.updated, it.changeSets.length]),
    );
    if (before === after) {
      for (const { consumer, result } of outcomes) {
        if (result === 'undecided') continue;
        for (const resource of seen.get(consumer) ?? [])
          if (this.#isLive(resource)) resource.owed.protected = true;
      }
    }
    return outcomes;
  }

  #isLive({ version, digest, byLocation }: ModelResource): boolean {
    return byLocation ? [...this.#live.values()].some((it) => it.digest === digest) : this.#live.has(version);
  }

  /** Tries to delete everything. Whatever is needed must be refused. */
  async #sweep(): Promise<void> {
    for (const { arn, name, digest } of [...this.#live.values()]) {
      try {
        await this.store.delete(name);
      } catch (error) {
        if (!isHoldfastError(error) || error.code !== 'in-use') throw error;
        continue;
      }
      this.#gone({ arn, digest });
    }
    await this.store.gc();
  }

  /** Lets a lifecycle condemn what it may. Whatever is needed must stay. */
  async #collect(keepLast: number, rollback: number): Promise<void> {
    await this.store.setLifecycle({ rollback, rules: [{ prefix: this.prefix, keepLast }] });
    const { items } = await this.store.gc();
    const condemned = new Set(items.filter(({ action }) => action === 'condemn').map(({ arn }) => arn));
    for (const version of [...this.#live.values()]) if (condemned.has(version.arn)) this.#gone(version);
    await this.store.setLifecycle(undefined);
  }

  #gone({ arn, digest }: Pick<Published, 'arn' | 'digest'>): void {
    this.#live.delete(arn);
    // A location is served by any version that has its content.
    const served = [...this.#live.values()].some((it) => it.digest === digest);
    const victim = this.#needed().find((it) =>
      it.byLocation ? it.digest === digest && !served : it.version === arn,
    );
    if (victim !== undefined) throw new Error(`false delete of ${arn}`);
  }

  /** Whatever is needed has something that keeps it, before anybody tries to delete it. */
  async #checkProtected(): Promise<void> {
    const needed = new Set(
      this.#needed().map(({ byLocation, digest, version }) => (byLocation ? digest : version)),
    );
    for (const name of needed) {
      const { references } = await this.store.usage(name);
      if (references.length === 0) throw new Error(`unprotected: ${name}`);
    }
  }

  #needed(): ModelResource[] {
    const begun = this.#hosts.filter((host) => host.step === 'call' && this.#isWithinLease(host));
    return [...this.cloudformation.needed(), ...begun.flatMap(({ template }) => resourcesOf(template))];
  }

  /** Brings everything to an end: then nothing may be held but what was retained. */
  async #end(): Promise<void> {
    const { cloudformation } = this;
    for (const host of this.#hosts) host.step = 'over';
    for (let round = 0; round < 2; round += 1) {
      for (const stack of cloudformation.stacks) {
        while (cloudformation.step(stack, true));
        if (stack.root === undefined) cloudformation.delete(stack);
        while (cloudformation.step(stack, true));
      }
    }
    this.clock.ms += 48 * 3_600_000;
    const first = await this.#reconcile(true);
    const again = await this.#reconcile(true);
    const wrong = [...first, ...again].filter(({ result }) => result === 'undecided');
    if (wrong.length > 0) throw new Error(`undecided at the end: ${JSON.stringify(wrong)}`);
    const moving = again.filter(({ result }) => result !== 'unchanged');
    if (moving.length > 0) throw new Error(`not settled at once: ${JSON.stringify(moving)}`);
    for await (const consumer of this.#scoped.listConsumers()) {
      if (cloudformation.functions.exists(consumer)) continue;
      const stack = cloudformation.stacks.find(({ id }) => id === consumer);
      for (const { slot } of (await this.store.consumer(consumer)).references) {
        if (!isRetained(cloudformation, stack, slot)) throw new Error(`left over: ${consumer} ${slot}`);
      }
    }
    await this.#sweep();
  }
}

const LEFT = new Set(['DELETE_SKIPPED', 'IMPORT_ROLLBACK_COMPLETE']);

/** Whether a resource of that slot was ever left in the account when it was taken out of the stack, or of one that it was moved to. */
function isRetained(
  { stacks, refactors }: FakeCloudFormation,
  stack: ModelStack | undefined,
  slot: string,
): boolean {
  const [child, rest] = slot.includes('/') ? slot.split('/') : [undefined, slot];
  const owners = child === undefined ? [stack] : stacks.filter(({ root }) => root === stack?.id);
  const places = owners.map((owner) => ({ owner, logicalId: rest.split('.')[0]! }));
  // Grows while it is gone through.
  for (const place of places)
    for (const { from, source, target, logicalId } of refactors)
      if (from === place.owner && source === place.logicalId)
        if (!places.some((it) => it.owner === target && it.logicalId === logicalId))
          places.push({ owner: target, logicalId });
  return places.some(({ owner, logicalId }) =>
    owner?.events.some((event) => event.logicalId === logicalId && LEFT.has(event.status)),
  );
}
