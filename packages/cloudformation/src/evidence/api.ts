import type {
  DescribeChangeSetInput,
  DescribeChangeSetOutput,
  DescribeStackEventsInput,
  DescribeStackEventsOutput,
  DescribeStackRefactorInput,
  DescribeStackRefactorOutput,
  DescribeStacksInput,
  DescribeStacksOutput,
  GetTemplateInput,
  GetTemplateOutput,
  ListChangeSetsInput,
  ListChangeSetsOutput,
  ListStackRefactorActionsInput,
  ListStackRefactorActionsOutput,
  ListStackRefactorsInput,
  ListStackRefactorsOutput,
  ListStackResourcesInput,
  ListStackResourcesOutput,
  ListStacksInput,
  ListStacksOutput,
} from '@aws-sdk/client-cloudformation';
import type { StoreIdentity } from '@holdfast/core';

/** The calls that evidence is read with. All of them only read. */
export interface CloudFormationApi {
  /** Whose answers these are: the account of the credentials, and the region that is asked. */
  place(): Promise<StoreIdentity>;
  describeStacks(input: DescribeStacksInput): Promise<DescribeStacksOutput>;
  listStacks(input: ListStacksInput): Promise<ListStacksOutput>;
  getTemplate(input: GetTemplateInput): Promise<GetTemplateOutput>;
  listChangeSets(input: ListChangeSetsInput): Promise<ListChangeSetsOutput>;
  describeChangeSet(input: DescribeChangeSetInput): Promise<DescribeChangeSetOutput>;
  listStackResources(input: ListStackResourcesInput): Promise<ListStackResourcesOutput>;
  describeStackEvents(input: DescribeStackEventsInput): Promise<DescribeStackEventsOutput>;
  listStackRefactors(input: ListStackRefactorsInput): Promise<ListStackRefactorsOutput>;
  listStackRefactorActions(input: ListStackRefactorActionsInput): Promise<ListStackRefactorActionsOutput>;
  describeStackRefactor(input: DescribeStackRefactorInput): Promise<DescribeStackRefactorOutput>;
  close(): void;
}
