import { DIGEST_1, ORGANISATION, type AskerName } from './scene.js';

/** A policy, and what it allows to whom: letters of `questions`. Who is not named is allowed nothing; the owner's account everything. */
export interface Vectors {
  readonly name: string;
  readonly statements: readonly object[];
  readonly allowed: Readonly<Partial<Record<AskerName, string>>>;
}

const arn = (resource: string): string => `arn:aws:holdfast:eu-west-1:111111111111:${resource}`;
const allow = (Principal: unknown, Action: unknown, Resource: unknown, Condition?: object): object => ({
  Effect: 'Allow',
  ...{ Principal, Action, Resource },
  ...(Condition === undefined ? {} : { Condition }),
});
const deny = (...given: Parameters<typeof allow>): object => ({ ...allow(...given), Effect: 'Deny' });

const READING = ['holdfast:Get*', 'holdfast:List*', 'holdfast:LocateContent'];
const WRITING = [
  'holdfast:PublishVersion',
  'holdfast:UseVersion',
  'holdfast:MoveBookmark',
  'holdfast:DeleteVersion',
];
const B = { AWS: '222222222222' };
const inOrganisation = { StringEquals: { 'aws:PrincipalOrgID': ORGANISATION } };

export const VECTORS: readonly Vectors[] = [
  {
    name: 'an account reads everything',
    statements: [allow(B, READING, '*')],
    allowed: { deployer: 'AWLO12', session: 'AWLO12' },
  },
  {
    name: 'an account, as the ARN of its root, does everything in the repository',
    statements: [allow({ AWS: 'arn:aws:iam::333333333333:root' }, 'holdfast:*', '*')],
    allowed: { reader: 'AWLO12PU', user: 'AWLO12PU' },
  },
  {
    name: 'a role alone, also through its sessions',
    statements: [allow({ AWS: 'arn:aws:iam::222222222222:role/deployer' }, READING, '*')],
    allowed: { deployer: 'AWLO12', session: 'AWLO12' },
  },
  {
    name: 'a session alone',
    statements: [allow({ AWS: 'arn:aws:sts::222222222222:assumed-role/deployer/ci' }, READING, '*')],
    allowed: { session: 'AWLO12' },
  },
  {
    name: 'a user and a role with a path',
    statements: [
      allow(
        { AWS: ['arn:aws:iam::333333333333:user/ann', 'arn:aws:iam::333333333333:role/apps/reader'] },
        'holdfast:GetContent',
        arn('content/payments/*'),
      ),
    ],
    allowed: { user: '12', reader: '12' },
  },
  {
    name: 'the versions of the catalog, and no bytes',
    statements: [allow(B, 'holdfast:GetArtifact', arn('artifact/payments/*'))],
    allowed: { deployer: 'AW', session: 'AW' },
  },
  {
    name: 'artifacts, and one content by its digest, in one statement',
    statements: [
      allow(
        B,
        ['holdfast:GetArtifact', 'holdfast:GetContent'],
        [arn('artifact/payments/*'), arn(`content/payments/${DIGEST_1}`)],
      ),
    ],
    allowed: { deployer: 'AW1', session: 'AW1' },
  },
  {
    name: 'one content by its digest',
    statements: [allow(B, ['holdfast:GetContent'], arn(`content/payments/${DIGEST_1}`))],
    allowed: { deployer: '1', session: '1' },
  },
  {
    name: 'the organisation reads',
    statements: [allow('*', READING, '*', inOrganisation)],
    allowed: { deployer: 'AWLO12', session: 'AWLO12', reader: 'AWLO12', user: 'AWLO12' },
  },
  {
    name: 'a unit of the organisation reads, and what is below it',
    statements: [
      allow({ AWS: '*' }, READING, '*', {
        'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [`${ORGANISATION}/r-abcd/ou-prod/*`] },
      }),
    ],
    allowed: { deployer: 'AWLO12', session: 'AWLO12' },
  },
  {
    name: 'a Deny wins over an Allow',
    statements: [
      allow('*', READING, '*', inOrganisation),
      deny({ AWS: '333333333333' }, 'holdfast:GetArtifact', arn('artifact/payments/*')),
      deny('*', 'holdfast:GetContent', arn(`content/payments/${DIGEST_1}`)),
    ],
    allowed: { deployer: 'AWLO2', session: 'AWLO2', reader: 'LO2', user: 'LO2', owner: 'AWLO2PUS' },
  },
  {
    name: 'a Deny of everybody outside the organisation',
    statements: [
      allow({ AWS: ['222222222222', '999999999999'] }, READING, '*'),
      deny('*', 'holdfast:*', '*', { StringNotEquals: { 'aws:PrincipalOrgID': ORGANISATION } }),
    ],
    allowed: { deployer: 'AWLO12', session: 'AWLO12', owner: 'AWLO12PUS' },
  },
  {
    name: 'a Deny of writing leaves reading',
    statements: [allow(B, 'holdfast:*', '*'), deny('*', WRITING, arn('artifact/payments/*'))],
    allowed: { deployer: 'AWLO12', session: 'AWLO12', owner: 'AWLO12S' },
  },
  {
    name: 'a Deny of one listing leaves the finding that others need',
    statements: [allow(B, READING, '*'), deny(B, 'holdfast:ListArtifacts', arn('repository/payments'))],
    allowed: { deployer: 'AWO12', session: 'AWO12' },
  },
  {
    name: 'Lambda on behalf of one account',
    statements: [
      allow({ Service: 'lambda.amazonaws.com' }, 'holdfast:GetContent', arn('content/payments/*'), {
        StringEquals: { 'aws:SourceAccount': '222222222222' },
      }),
    ],
    allowed: { lambda2: '12' },
  },
  {
    name: 'Lambda on behalf of the organisation',
    statements: [
      allow({ Service: 'lambda.amazonaws.com' }, 'holdfast:GetContent', '*', {
        StringEquals: { 'aws:SourceOrgID': ORGANISATION },
      }),
    ],
    allowed: { lambda2: '12' },
  },
  {
    name: 'conditions on address, tag and transport',
    statements: [
      allow(B, 'holdfast:GetArtifact', arn('artifact/payments/*'), {
        IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
      }),
      allow(B, 'holdfast:GetContent', arn('content/payments/*'), {
        IpAddress: { 'aws:SourceIp': '198.51.100.0/24' },
      }),
      allow(B, 'holdfast:ListArtifacts', arn('repository/payments'), {
        StringEquals: { 'aws:PrincipalTag/team': ['search', 'payments'] },
        Bool: { 'aws:SecureTransport': 'true' },
      }),
      allow(B, 'holdfast:LocateContent', arn('repository/payments'), {
        Null: { 'aws:PrincipalTag/team': 'true' },
      }),
    ],
    allowed: { deployer: 'AWL', session: 'AWL' },
  },
  {
    name: 'everyone of some roles of an account',
    statements: [
      allow('*', READING, '*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::333333333333:role/apps/*' } }),
    ],
    allowed: { reader: 'AWLO12' },
  },
  {
    name: 'events of the whole store',
    statements: [allow(B, 'holdfast:SubscribeEvents', arn('repository/*'))],
    allowed: { deployer: 'S', session: 'S' },
  },
  {
    name: 'actions in any case; if-exists',
    statements: [
      allow(B, 'HOLDFAST:getartifact', arn('artifact/payments/*'), {
        StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' },
      }),
    ],
    allowed: { deployer: 'AW', session: 'AW' },
  },
];
