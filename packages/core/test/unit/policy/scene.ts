import type { CompileTarget, Caller, RequestContext } from '../../../src/policy/index.js';

/** The repository that the tests' policies are on. */
export const target: CompileTarget = {
  partition: 'aws',
  region: 'eu-west-1',
  account: '111111111111',
  repository: 'payments',
  bucket: 'holdfast-bucket-1x2y',
  prefix: '',
  table: 'holdfast',
  eventBus: 'holdfast',
};

export const DIGEST_1 = `sha256:${'1'.repeat(64)}`;
export const DIGEST_2 = `sha256:${'2'.repeat(64)}`;

export const ORGANISATION = 'o-aaaaaaaaaa';
const path = (unit: string): string => `${ORGANISATION}/r-abcd/${unit}/`;

interface Asker {
  readonly caller: Caller;
  readonly context: RequestContext;
}

const person = (arn: string, organisation: string, unit: string): Asker => ({
  caller: { arn },
  context: {
    'aws:PrincipalOrgID': organisation,
    'aws:PrincipalOrgPaths': [unit],
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '203.0.113.7',
    'aws:PrincipalTag/team': 'payments',
  },
});

/** Who asks, by the name that the vectors use. */
export const askers = {
  deployer: person('arn:aws:iam::222222222222:role/deployer', ORGANISATION, path('ou-prod')),
  session: person('arn:aws:sts::222222222222:assumed-role/deployer/ci', ORGANISATION, path('ou-prod')),
  reader: person('arn:aws:iam::333333333333:role/apps/reader', ORGANISATION, path('ou-dev')),
  user: person('arn:aws:iam::333333333333:user/ann', ORGANISATION, path('ou-dev')),
  stranger: person('arn:aws:iam::999999999999:role/deployer', 'o-zzzzzzzzzz', 'o-zzzzzzzzzz/r-zzzz/'),
  owner: person('arn:aws:iam::111111111111:role/admin', ORGANISATION, path('ou-tools')),
  lambda2: {
    caller: { service: 'lambda.amazonaws.com' },
    context: { 'aws:SourceAccount': '222222222222', 'aws:SourceOrgID': ORGANISATION },
  },
  lambda9: {
    caller: { service: 'lambda.amazonaws.com' },
    context: { 'aws:SourceAccount': '999999999999', 'aws:SourceOrgID': 'o-zzzzzzzzzz' },
  },
} satisfies Record<string, Asker>;
export type AskerName = keyof typeof askers;

/** What is asked, by the letter that the vectors use. */
export const questions = {
  A: { action: 'holdfast:GetArtifact', rest: 'api/handler' },
  W: { action: 'holdfast:GetArtifact', rest: 'web/site' },
  L: { action: 'holdfast:ListArtifacts', rest: '' },
  O: { action: 'holdfast:LocateContent', rest: '' },
  '1': { action: 'holdfast:GetContent', rest: DIGEST_1 },
  '2': { action: 'holdfast:GetContent', rest: DIGEST_2 },
  P: { action: 'holdfast:PublishVersion', rest: 'api/handler' },
  U: { action: 'holdfast:UseVersion', rest: 'web/site' },
  S: { action: 'holdfast:SubscribeEvents', rest: '' },
} as const;
export type Letter = keyof typeof questions;
export const ALL = 'AWLO12PUS';
