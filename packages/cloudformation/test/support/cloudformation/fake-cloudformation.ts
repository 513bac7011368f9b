import type { ListStacksInput, StackStatus } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../../../src/index.js';
import { ModelFunctions } from './model-functions.js';
import { newStack, neededBy, type ModelStack } from './model-stack.js';
import { EMPTY, renderTemplate, type ModelResource, type ModelTemplate } from './templates.js';

export const PLACE = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };

/** What CloudFormation answers for what is not there. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
}

interface ModelRefactor {
  readonly id: string;
  readonly stackIds: readonly string[];
  readonly from: ModelStack;
  readonly target: ModelStack;
  readonly source: string;
  readonly logicalId: string;
  readonly resource: ModelResource;
  execution: 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE';
}

/** CloudFormation in memory: its states, and the calls that evidence is read with. Operations advance by `step`. */
export class FakeCloudFormation implements CloudFormationApi {
  readonly stacks: ModelStack[] = [];
  readonly refactors: ModelRefactor[] = [];
  readonly functions = new ModelFunctions(PLACE);
  calls = 0;
  /** Called before every answer; what it throws is the answer. */
  onCall: (call: string) => Promise<void> | void = () => undefined;
  readonly #clock: () => Date;
  #ids = 0;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  // ---- operations

  live(name: string): ModelStack | undefined {
    return this.stacks.find((stack) => stack.name === name && stack.status !== 'DELETE_COMPLETE');
  }

  /** Whether a change set or update can be asked for. */
  accepts(stack: ModelStack): boolean {
    const resting = [
      'CREATE_COMPLETE',
      'UPDATE_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'IMPORT_COMPLETE',
      'IMPORT_ROLLBACK_COMPLETE',
      'REVIEW_IN_PROGRESS',
    ];
    return (
      resting.includes(stack.status) &&
      !this.refactors.some((it) => it.execution === 'EXECUTE_IN_PROGRESS' && it.stackIds.includes(stack.id))
    );
  }

  #new(name: string, status: string, root?: ModelStack, logicalId?: string): ModelStack {
    const { partition, region, account } = PLACE;
    const id = `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/id-${(this.#ids += 1)}`;
    const stack = newStack(id, name, status, root, logicalId);
    this.stacks.push(stack);
    return stack;
  }

  /** Makes a change set, and the stack for it when there is none. Returns undefined when the stack does not take any. */
  createChangeSet(name: string, template: ModelTemplate): ModelStack | undefined {
    const stack = this.live(name) ?? this.#new(name, 'REVIEW_IN_PROGRESS');
    if (!this.accepts(stack)) return undefined;
    const id = `change-set-${(this.#ids += 1)}`;
    stack.changeSets.push({ id, name: id, template, execution: 'AVAILABLE' });
    return stack;
  }

  executeNewest(stack: ModelStack): boolean {
    const changeSet = stack.changeSets.findLast(({ execution }) => execution === 'AVAILABLE');
    if (changeSet === undefined || !this.accepts(stack)) return false;
    this.#begin(stack, changeSet.template);
    for (const other of stack.changeSets) if (other.execution === 'AVAILABLE') other.execution = 'OBSOLETE';
    changeSet.execution = 'EXECUTE_COMPLETE';
    return true;
  }

  /** Creates or updates without a change set. */
  deploy(name: string, template: ModelTemplate): ModelStack | undefined {
    const stack = this.live(name) ?? this.#new(name, 'REVIEW_IN_PROGRESS');
    if (!this.accepts(stack)) return undefined;
    this.#begin(stack, template);
    for (const other of stack.changeSets) if (other.execution === 'AVAILABLE') other.execution = 'OBSOLETE';
    return stack;
  }

  #begin(stack: ModelStack, template: ModelTemplate): void {
    const creating = stack.status === 'REVIEW_IN_PROGRESS';
    stack.previous = creating ? EMPTY : stack.template;
    stack.template = template;
    stack.status = creating ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
    stack.updated = this.#clock();
    this.#nest(stack, template);
  }

  /** A nested stack is through before the outer one is: the moment at which its own status misleads. */
  #nest(stack: ModelStack, { nested }: ModelTemplate): void {
    const { child } = stack;
    if (nested === undefined) {
      stack.leavingChild = child;
      stack.child = undefined;
    } else if (child === undefined) {
      stack.child = this.#new(
        `${stack.name}-${nested.logicalId}`,
        'CREATE_COMPLETE',
        stack,
        nested.logicalId,
      );
      stack.child.template = nested.template;
      this.#event(stack, nested.logicalId, stack.child.id, 'CREATE_COMPLETE', 'AWS::CloudFormation::Stack');
    } else {
      child.previous = child.template;
      child.template = nested.template;
      child.status = 'UPDATE_COMPLETE';
      child.updated = this.#clock();
      this.#event(stack, nested.logicalId, child.id, 'UPDATE_COMPLETE', 'AWS::CloudFormation::Stack');
    }
  }

  delete(stack: ModelStack): boolean {
    if (stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS') return false;
    if (this.refactors.some((it) => it.execution === 'EXECUTE_IN_PROGRESS' && it.stackIds.includes(stack.id)))
      return false;
    if (stack.status === 'DELETE_COMPLETE') return false;
    const empty = stack.status === 'REVIEW_IN_PROGRESS' || stack.status === 'ROLLBACK_COMPLETE';
    if (empty) stack.template = EMPTY;
    stack.changeSets = [];
    stack.status = 'DELETE_IN_PROGRESS';
    return true;
  }

  /** Takes a resource that some stack left in the account into this one. */
  import(stack: ModelStack, logicalId: string): boolean {
    const resource = this.stacks.flatMap(({ orphans }) => orphans)[0];
    const resting = stack.status !== 'REVIEW_IN_PROGRESS' && this.accepts(stack);
    if (!resting || resource === undefined || stack.root !== undefined) return false;
    if (stack.template.resources[logicalId] !== undefined) return false;
    stack.previous = stack.template;
    stack.template = {
      ...stack.template,
      resources: { ...stack.template.resources, [logicalId]: resource },
    };
    for (const it of stack.changeSets) if (it.execution === 'AVAILABLE') it.execution = 'OBSOLETE';
    stack.status = 'IMPORT_IN_PROGRESS';
    stack.updated = this.#clock();
    return true;
  }

  /** What an import that is rolled back had taken in stays in the account. */
  #giveBack(stack: ModelStack, { resources }: ModelTemplate): void {
    for (const logicalId of Object.keys(resources)) {
      if (stack.previous?.resources[logicalId] === undefined)
        this.#event(stack, logicalId, `${logicalId}-${(this.#ids += 1)}`, 'IMPORT_ROLLBACK_COMPLETE');
    }
  }

  #imported(stack: ModelStack): void {
    const before = new Set(Object.values(stack.previous?.resources ?? {}));
    const taken = Object.values(stack.template.resources).filter((it) => !before.has(it));
    for (const owner of this.stacks)
      for (const it of taken) {
        const index = owner.orphans.indexOf(it);
        if (index >= 0) owner.orphans.splice(index, 1);
      }
    stack.previous = undefined;
  }

  /** A stack that a refactoring makes for what it moves there. */
  makeFor(name: string): ModelStack {
    return this.live(name) ?? this.#new(name, 'CREATE_COMPLETE');
  }

  /** Moves a resource to another stack; it is in neither template until the step that ends it. */
  refactor(from: ModelStack, target: ModelStack, logicalId: string): boolean {
    const resource = from.template.resources[logicalId];
    const resting = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];
    const free = [from, target].every(
      (it) => resting.includes(it.status) && this.accepts(it) && it.root === undefined,
    );
    // What comes to another stack may be called otherwise there.
    const name = [logicalId, `${logicalId}2`].find((it) => target.template.resources[it] === undefined);
    if (!free || from === target || resource === undefined || name === undefined) return false;
    const { [logicalId]: _, ...rest } = from.template.resources;
    from.template = { ...from.template, resources: rest };
    for (const stack of [from, target]) {
      stack.status = 'UPDATE_COMPLETE';
      stack.updated = this.#clock();
      for (const it of stack.changeSets) if (it.execution === 'AVAILABLE') it.execution = 'OBSOLETE';
    }
    this.functions.move(from, logicalId, target, name);
    const id = `refactor-${(this.#ids += 1)}`;
    this.refactors.push({
      id,
      stackIds: [from.id, target.id],
      from,
      target,
      source: logicalId,
      logicalId: name,
      resource,
      execution: 'EXECUTE_IN_PROGRESS',
    });
    return true;
  }

  /** Ends what runs in a stack, or takes it one state further. Returns false when nothing runs. */
  step(stack: ModelStack, succeeds: boolean): boolean {
    const moving = this.refactors.find(
      (it) => it.execution === 'EXECUTE_IN_PROGRESS' && it.stackIds.includes(stack.id),
    );
    if (moving !== undefined) {
      const { target, logicalId, resource } = moving;
      target.template = {
        ...target.template,
        resources: { ...target.template.resources, [logicalId]: resource },
      };
      target.updated = this.#clock();
      moving.execution = 'EXECUTE_COMPLETE';
      return true;
    }
    switch (stack.status) {
      case 'CREATE_IN_PROGRESS':
        stack.status = succeeds ? 'CREATE_COMPLETE' : 'ROLLBACK_IN_PROGRESS';
        if (succeeds) stack.previous = undefined;
        return true;
      case 'ROLLBACK_IN_PROGRESS':
        stack.status = succeeds ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED';
        if (succeeds) this.#takeOut(stack, EMPTY);
        return true;
      case 'UPDATE_IN_PROGRESS':
        stack.status = succeeds ? 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS';
        return true;
      case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
        this.#takeOut(stack, stack.template);
        stack.status = 'UPDATE_COMPLETE';
        return true;
      case 'UPDATE_ROLLBACK_IN_PROGRESS':
        stack.status = succeeds ? 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS' : 'UPDATE_ROLLBACK_FAILED';
        return true;
      case 'UPDATE_ROLLBACK_FAILED':
        stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
        return true;
      case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
        this.#rollBack(stack);
        stack.status = 'UPDATE_ROLLBACK_COMPLETE';
        return true;
      case 'IMPORT_IN_PROGRESS':
        stack.status = succeeds ? 'IMPORT_COMPLETE' : 'IMPORT_ROLLBACK_IN_PROGRESS';
        if (succeeds) this.#imported(stack);
        return true;
      case 'IMPORT_ROLLBACK_IN_PROGRESS':
        stack.status = succeeds ? 'IMPORT_ROLLBACK_COMPLETE' : 'IMPORT_ROLLBACK_FAILED';
        if (!succeeds) return true;
        this.#giveBack(stack, stack.template);
        stack.template = stack.previous ?? EMPTY;
        stack.previous = undefined;
        return true;
      case 'IMPORT_ROLLBACK_FAILED':
        stack.status = 'IMPORT_ROLLBACK_IN_PROGRESS';
        return true;
      case 'DELETE_IN_PROGRESS':
        stack.status = succeeds ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
        if (succeeds) this.#deleted(stack);
        return true;
      default:
        return false;
    }
  }

  /** Ends an operation: what is not in the template that stays is deleted, or left in the account. */
  #takeOut(stack: ModelStack, stays: ModelTemplate): void {
    const before = { ...stack.previous?.resources, ...(stays === EMPTY ? stack.template.resources : {}) };
    for (const [logicalId, resource] of Object.entries(before)) {
      const after = stays.resources[logicalId];
      if (after === undefined) this.#leave(stack, logicalId, resource);
      else if (resource.publishes === true && after.digest !== resource.digest)
        this.#leaveVersion(stack, logicalId, resource);
    }
    stack.previous = undefined;
    if (stack.child !== undefined) {
      stack.child.previous = undefined;
      if (stays === EMPTY) this.#deleteChild(stack, stack.child);
      if (stays === EMPTY) stack.child = undefined;
    }
    if (stack.leavingChild !== undefined) this.#deleteChild(stack, stack.leavingChild);
    stack.leavingChild = undefined;
  }

  /** What is made anew under a logical ID is another physical resource than what was left before. */
  #leave(stack: ModelStack, logicalId: string, resource: ModelResource): void {
    const name = this.functions.release(stack, logicalId, resource);
    this.#event(stack, logicalId, name, resource.retain ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
    if (resource.retain) stack.orphans.push(resource);
  }

  /** The version that was published with the old code is in the stack no more, and still there. */
  #leaveVersion(stack: ModelStack, logicalId: string, resource: ModelResource): void {
    const { arn, number } = this.functions.publish(stack, logicalId, resource);
    this.#event(stack, `${logicalId}Version${number}`, arn, 'DELETE_SKIPPED', 'AWS::Lambda::Version');
  }

  #rollBack(stack: ModelStack): void {
    const failed = stack.template;
    stack.template = stack.previous ?? EMPTY;
    for (const logicalId of Object.keys(failed.resources)) {
      // What only the failed template had is deleted, whatever its policy would say of it later.
      if (stack.template.resources[logicalId] === undefined)
        this.#event(stack, logicalId, `${logicalId}-${(this.#ids += 1)}`, 'DELETE_COMPLETE');
    }
    stack.previous = undefined;
    const { child, leavingChild } = stack;
    if (leavingChild !== undefined) {
      stack.child = leavingChild;
      stack.leavingChild = undefined;
    } else if (child !== undefined && stack.template.nested === undefined) {
      child.template = EMPTY;
      this.#deleteChild(stack, child);
      stack.child = undefined;
    } else if (child?.previous !== undefined) {
      child.template = child.previous;
      child.previous = undefined;
      child.status = 'UPDATE_ROLLBACK_COMPLETE';
      child.updated = this.#clock();
    }
  }

  #deleted(stack: ModelStack): void {
    stack.status = 'DELETE_COMPLETE';
    stack.deleted = this.#clock();
    const both = [
      ...Object.entries(stack.template.resources),
      ...Object.entries(stack.previous?.resources ?? {}),
    ];
    for (const [logicalId, resource] of both) this.#leave(stack, logicalId, resource);
    stack.previous = undefined;
    stack.changeSets = [];
    if (stack.child !== undefined) this.#deleteChild(stack, stack.child);
    if (stack.leavingChild !== undefined) this.#deleteChild(stack, stack.leavingChild);
    stack.child = stack.leavingChild = undefined;
  }

  #deleteChild(parent: ModelStack, child: ModelStack): void {
    this.#deleted(child);
    this.#event(parent, child.logicalId ?? '', child.id, 'DELETE_COMPLETE', 'AWS::CloudFormation::Stack');
  }

  #event(
    stack: ModelStack,
    logicalId: string,
    physicalId: string,
    status: string,
    type = 'AWS::Lambda::Function',
  ): void {
    stack.events.unshift({ logicalId, physicalId, type, status, at: this.#clock() });
  }

  /** Every resource that must find its artifact, now or after a rollback. */
  needed(): ModelResource[] {
    const moving = this.refactors
      .filter(({ execution }) => execution === 'EXECUTE_IN_PROGRESS')
      .map(({ resource }) => resource);
    return [
      ...this.stacks.flatMap(neededBy),
      ...[...moving, ...this.functions.published()].filter(({ owed }) => owed.protected),
    ];
  }

  // ---- the calls

  async #answer(call: string): Promise<void> {
    this.calls += 1;
    await this.onCall(call);
  }

  #find(nameOrId: string | undefined): ModelStack {
    const stack = this.stacks.find(({ id }) => id === nameOrId) ?? this.live(nameOrId ?? '');
    if (stack === undefined) throw new ValidationError(`Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  async place(): ReturnType<CloudFormationApi['place']> {
    await this.#answer('place');
    return PLACE;
  }

  async describeStacks({ StackName }: { StackName?: string }) {
    await this.#answer('describeStacks');
    const { id, name, status, updated, deleted, root } = this.#find(StackName);
    return {
      $metadata: {},
      Stacks: [
        {
          StackId: id,
          StackName: name,
          StackStatus: status as never,
          CreationTime: undefined,
          ...(updated === undefined ? {} : { LastUpdatedTime: updated }),
          ...(deleted === undefined ? {} : { DeletionTime: deleted }),
          ...(root === undefined ? {} : { RootId: root }),
        },
      ],
    };
  }

  async listStacks({ StackStatusFilter: filter }: ListStacksInput) {
    await this.#answer('listStacks');
    const StackSummaries = this.stacks
      .filter(({ status }) => filter === undefined || filter.includes(status as StackStatus))
      .map(({ id, name, status, deleted }) => ({
        StackId: id,
        StackName: name,
        StackStatus: status as StackStatus,
        CreationTime: undefined,
        ...(deleted === undefined ? {} : { DeletionTime: deleted }),
      }));
    return { $metadata: {}, StackSummaries };
  }

  async getTemplate({ StackName, ChangeSetName }: { StackName?: string; ChangeSetName?: string }) {
    await this.#answer('getTemplate');
    const stack = this.#find(StackName);
    const changeSet = stack.changeSets.find(({ id }) => id === ChangeSetName);
    if (ChangeSetName !== undefined && changeSet === undefined)
      throw new ValidationError(`ChangeSet [${ChangeSetName}] does not exist`);
    const TemplateBody = renderTemplate(changeSet?.template ?? stack.template);
    return { $metadata: {}, TemplateBody, StagesAvailable: ['Original' as const] };
  }

  async listChangeSets({ StackName }: { StackName: string | undefined }) {
    await this.#answer('listChangeSets');
    const Summaries = this.#find(StackName).changeSets.map(({ id, name, execution }) => ({
      ChangeSetId: id,
      ChangeSetName: name,
      Status: 'CREATE_COMPLETE' as const,
      ExecutionStatus: execution,
    }));
    return { $metadata: {}, Summaries };
  }

  async describeChangeSet({
    StackName,
    ChangeSetName,
  }: {
    StackName?: string;
    ChangeSetName: string | undefined;
  }) {
    await this.#answer('describeChangeSet');
    const found = this.#find(StackName).changeSets.find(({ id }) => id === ChangeSetName);
    if (found === undefined) throw new ValidationError(`ChangeSet [${ChangeSetName}] does not exist`);
    return { $metadata: {}, Status: 'CREATE_COMPLETE' as const };
  }

  async listStackResources({ StackName }: { StackName: string | undefined }) {
    await this.#answer('listStackResources');
    const stack = this.#find(StackName);
    const { child } = stack;
    const resources = Object.keys(stack.template.resources).map((logicalId) => [
      logicalId,
      'AWS::Lambda::Function',
      this.functions.nameOf(stack, logicalId),
    ]);
    if (child !== undefined) resources.push([child.logicalId ?? '', 'AWS::CloudFormation::Stack', child.id]);
    const StackResourceSummaries = resources.map(([LogicalResourceId, ResourceType, PhysicalResourceId]) => ({
      ...{ LogicalResourceId, ResourceType, PhysicalResourceId },
      LastUpdatedTimestamp: undefined,
      ResourceStatus: 'CREATE_COMPLETE' as const,
    }));
    return { $metadata: {}, StackResourceSummaries };
  }

  async describeStackEvents({ StackName }: { StackName?: string | undefined }) {
    await this.#answer('describeStackEvents');
    const stack = this.#find(StackName);
    const StackEvents = stack.events.map(({ logicalId, physicalId, type, status, at }) => ({
      StackId: stack.id,
      EventId: undefined,
      StackName: stack.name,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      ResourceStatus: status as never,
      Timestamp: at,
    }));
    return { $metadata: {}, StackEvents };
  }

  async listStackRefactors() {
    await this.#answer('listStackRefactors');
    const StackRefactorSummaries = this.refactors.map(({ id, execution }) => ({
      StackRefactorId: id,
      ExecutionStatus: execution,
    }));
    return { $metadata: {}, StackRefactorSummaries };
  }

  async describeStackRefactor({ StackRefactorId }: { StackRefactorId: string | undefined }) {
    await this.#answer('describeStackRefactor');
    const found = this.refactors.find(({ id }) => id === StackRefactorId);
    if (found === undefined) throw new ValidationError(`Stack refactor ${StackRefactorId} does not exist`);
    return { $metadata: {}, StackIds: [...found.stackIds] };
  }

  async listStackRefactorActions({ StackRefactorId }: { StackRefactorId: string | undefined }) {
    await this.#answer('listStackRefactorActions');
    const found = this.refactors.find(({ id }) => id === StackRefactorId);
    if (found === undefined) throw new ValidationError(`Stack refactor ${StackRefactorId} does not exist`);
    const { from, target, source, logicalId } = found;
    const ResourceMapping = {
      Source: { StackName: from.name, LogicalResourceId: source },
      Destination: { StackName: target.name, LogicalResourceId: logicalId },
    };
    return {
      $metadata: {},
      StackRefactorActions: [{ Action: 'MOVE' as const, Entity: 'RESOURCE' as const, ResourceMapping }],
    };
  }

  close(): void {
    // There is nothing to close.
  }
}
