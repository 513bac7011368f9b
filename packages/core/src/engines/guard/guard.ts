import { quote, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import {
  ACTION_RULES,
  evaluatePolicy,
  readPolicy,
  type Policy,
  type RequestContext,
} from '../../policy/index.js';
import { accountOf } from '../../policy/evaluate.js';
import type { Catalog, Engine } from '../../ports/index.js';
import { CATALOG_NEEDS, CONTENT_NEEDS, type Need, type Needs } from './needs.js';

/** Whom a store is opened as, where no AWS knows it. */
export interface StoreCaller {
  /** Such as `arn:aws:iam::222222222222:role/deployer`. */
  readonly arn: string;
  /** What AWS would say of the caller, such as `aws:PrincipalOrgID`. */
  readonly context?: RequestContext;
}

/**
 * The engine as a caller may use it by the repositories' policies: each call is judged as AWS judges the requests that it becomes on `aws:`.
 *
 * It shows what a policy does. It is no wall: whoever can write the store's folder can leave it out.
 */
export function guardEngine(engine: Engine, caller: StoreCaller): Engine {
  const guard = new Guard(engine.catalog, engine.identity, caller);
  return {
    ...engine,
    catalog: guarded(engine.catalog, CATALOG_NEEDS as unknown as NeedsTable, guard),
    content: guarded(engine.content, CONTENT_NEEDS as unknown as NeedsTable, guard),
  };
}

type NeedsTable = Readonly<Record<string, (...args: readonly unknown[]) => Needs>>;
type Method = (...args: readonly unknown[]) => unknown;

/** Methods that answer at once or with a stream: they are judged when the first word of the answer is wanted, or not at all. */
const AT_ONCE = new Set(['nextNumber']);
const STREAMS = new Set(['list', 'surveyVersions']);

function guarded<Port extends object>(port: Port, needs: NeedsTable, guard: Guard): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      const call = (method as Method).bind(target);
      if (AT_ONCE.has(name)) return call;
      // A path on this machine would go around the guard; without one, bytes are read through `open`.
      if (name === 'localPath') return undefined;
      const needsOf = Object.hasOwn(needs, name) ? needs[name] : undefined;
      const check = (args: readonly unknown[]): Promise<void> =>
        guard.check(needsOf?.(...args) ?? 'owner', name);
      if (STREAMS.has(name)) {
        return async function* (...args: readonly unknown[]) {
          await check(args);
          yield* call(...args) as AsyncIterable<unknown>;
        };
      }
      return async (...args: readonly unknown[]) => {
        await check(args);
        return call(...args);
      };
    },
  });
}

class Guard {
  readonly #catalog: Catalog;
  readonly #identity: StoreIdentity;
  readonly #caller: StoreCaller;

  constructor(catalog: Catalog, identity: StoreIdentity, caller: StoreCaller) {
    this.#catalog = catalog;
    this.#identity = identity;
    this.#caller = caller;
  }

  /** Throws `access-denied` naming what is not allowed. */
  async check(needs: Needs, method: string): Promise<void> {
    if (needs === 'open') return;
    if (needs === 'owner') {
      this.#requireOwner(method);
      return;
    }
    if (needs === 'writer') return this.#requireWriter();
    if ('reader' in needs) return this.#requireAny(needs.reader);
    if ('consumer' in needs) await this.#requireOwnConsumer(needs.consumer);
    const all = 'consumer' in needs ? (needs.uses ?? []) : needs;
    for (const need of all) await this.#require(need);
  }

  get #isOwner(): boolean {
    return accountOf(this.#caller.arn) === this.#identity.account;
  }

  #requireOwner(method: string): void {
    if (!this.#isOwner) throw this.#denied(`${method}, which belongs to account ${this.#identity.account}`);
  }

  async #require({ repository, action, rest }: Need): Promise<void> {
    const decision = this.#decide(await this.#policyOf(repository), repository, action, rest);
    if (decision === 'allowed') return;
    const why = decision === 'denied' ? 'its policy denies it' : 'no statement of its policy allows it';
    const what = rest === '' || rest === 'any' ? '' : ` on ${quote(rest)}`;
    throw this.#denied(`${action}${what} in repository ${quote(repository)}: ${why}`);
  }

  #decide(policy: Policy, repository: string, action: string, rest: string): string {
    const request = { caller: { arn: this.#caller.arn }, action, rest, context: this.#caller.context ?? {} };
    return evaluatePolicy(policy, request, { ...this.#identity, repository });
  }

  /** Whoever is granted anything of the catalog finds the repository; what the grant is on does not matter. */
  async #requireAny(repository: string): Promise<void> {
    if (this.#isOwner) return;
    const policy = await this.#policyOf(repository);
    const rests = policy.statements.flatMap(({ grants }) => grants.flatMap(({ rest }) => rest)).concat('');
    const allowed = ACTION_RULES.some(({ action }) =>
      rests.some((rest) => this.#decide(policy, repository, action, rest) === 'allowed'),
    );
    if (!allowed) throw this.#denied(`anything in repository ${quote(repository)}`);
  }

  /** Each account keeps the references of its own stacks. */
  async #requireOwnConsumer(consumer: string): Promise<void> {
    if (this.#isOwner) return;
    if (accountOf(consumer) !== accountOf(this.#caller.arn))
      throw this.#denied(`the references of ${consumer}, which is of another account`);
    await this.#requireWriter();
  }

  /** The lists of consumers are those of the whole store: whoever is let write in one repository has them, and a denial in it leaves them. */
  async #requireWriter(): Promise<void> {
    if (this.#isOwner) return;
    for (const { name } of await this.#catalog.listRepositories()) {
      const { statements } = await this.#policyOf(name);
      const allowing = { statements: statements.filter(({ effect }) => effect === 'Allow') };
      if (this.#decide(allowing, name, 'holdfast:UseVersion', 'any') === 'allowed') return;
    }
    throw this.#denied('holdfast:UseVersion in any repository');
  }

  async #policyOf(repository: string): Promise<Policy> {
    const record = await this.#catalog.getPolicy(repository);
    if (record?.policy === undefined) return { statements: [] };
    return readPolicy(record.policy, { ...this.#identity, repository });
  }

  #denied(what: string): HoldfastError {
    return new HoldfastError('access-denied', `${this.#caller.arn} is not allowed ${what}`, {
      hint: 'See who is allowed what with: holdfast repository policy get',
    });
  }
}
