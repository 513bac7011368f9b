import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { PolicyText, StatementText } from './model.js';

/** Whom a repository is shared with, as AWS Resource Access Manager names them. */
export type SharePrincipal =
  | { readonly kind: 'account'; readonly text: string; readonly account: string }
  | { readonly kind: 'organisation'; readonly text: string; readonly organisation: string }
  | { readonly kind: 'unit'; readonly text: string; readonly organisation: string; readonly unit: string };

const ACCOUNT = /^[0-9]{12}$/;
const ORGANISATION = /^arn:aws[a-z-]*:organizations::[0-9]{12}:organization\/(o-[a-z0-9]{10,32})$/;
const UNIT =
  /^arn:aws[a-z-]*:organizations::[0-9]{12}:ou\/(o-[a-z0-9]{10,32})\/(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/;

/** Throws `invalid-input` for what is neither an account nor the ARN of an organisation or of a unit in one. */
export function parseSharePrincipal(text: string): SharePrincipal {
  if (ACCOUNT.test(text)) return { kind: 'account', text, account: text };
  const [, organisation] = ORGANISATION.exec(text) ?? [];
  if (organisation !== undefined) return { kind: 'organisation', text, organisation };
  const [, of, unit] = UNIT.exec(text) ?? [];
  if (of !== undefined && unit !== undefined) return { kind: 'unit', text, organisation: of, unit };
  throw new HoldfastError('invalid-input', `${quote(text)} is nobody that a repository can be shared with`, {
    hint: 'Write accounts (12 digits), or ARNs such as arn:aws:organizations::123456789012:organization/o-abcdefghij or …:ou/o-abcdefghij/ou-ab12-cdefghij.',
  });
}

/** What a repository is shared for. Whoever deploys pins what is deployed, which AWS cannot tell from publishing. */
export const SHARE_PURPOSES = ['reading', 'deploying'] as const;
export type SharePurpose = (typeof SHARE_PURPOSES)[number];

const READING = [
  'holdfast:GetArtifact',
  'holdfast:GetContent',
  'holdfast:ListArtifacts',
  'holdfast:LocateContent',
];
const ACTIONS: Readonly<Record<SharePurpose, readonly string[]>> = {
  reading: READING,
  deploying: [
    ...READING,
    'holdfast:DeleteVersion',
    'holdfast:MoveBookmark',
    'holdfast:PublishVersion',
    'holdfast:UseVersion',
  ],
};
const LAMBDA = { Service: 'lambda.amazonaws.com' };

/** The Sids of what sharing puts into a policy; everything else there stays as it is. */
const OWN = /^Share(Accounts|Organisations|Units)(Lambda)?$/;

/**
 * The policy with these principals, and no others, sharing the repository: for what they do with it, and for reading by Lambda for their functions that
 * run by reference. Undefined when nothing is left. Pure.
 */
export function withShare(
  policy: PolicyText | undefined,
  principals: readonly SharePrincipal[],
  purpose: SharePurpose = 'reading',
): PolicyText | undefined {
  const others = (policy?.Statement ?? []).filter(({ Sid }) => Sid === undefined || !OWN.test(Sid));
  const Statement = [...others, ...statementsFor(principals, ACTIONS[purpose])];
  return Statement.length === 0 ? undefined : { ...policy, Version: '2012-10-17', Statement };
}

function statementsFor(principals: readonly SharePrincipal[], actions: readonly string[]): StatementText[] {
  const accounts = sorted(principals.flatMap((it) => (it.kind === 'account' ? [it.account] : [])));
  const organisations = sorted(
    principals.flatMap((it) => (it.kind === 'organisation' ? [it.organisation] : [])),
  );
  const paths = sorted(principals.flatMap((it) => (it.kind === 'unit' ? [pathOf(it)] : [])));
  return [
    ...(accounts.length === 0
      ? []
      : [
          sharing('ShareAccounts', actions, { AWS: accounts }),
          lambda('ShareAccountsLambda', { StringEquals: { 'aws:SourceAccount': accounts } }),
        ]),
    ...(organisations.length === 0
      ? []
      : [
          sharing('ShareOrganisations', actions, '*', {
            StringEquals: { 'aws:PrincipalOrgID': organisations },
          }),
          lambda('ShareOrganisationsLambda', { StringEquals: { 'aws:SourceOrgID': organisations } }),
        ]),
    ...(paths.length === 0
      ? []
      : [
          sharing('ShareUnits', actions, '*', {
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths },
          }),
          lambda('ShareUnitsLambda', { 'ForAnyValue:StringLike': { 'aws:SourceOrgPaths': paths } }),
        ]),
  ];
}

function sharing(
  Sid: string,
  Action: readonly string[],
  Principal: StatementText['Principal'],
  Condition?: StatementText['Condition'],
): StatementText {
  const statement = { Sid, Effect: 'Allow', Principal, Action, Resource: '*' } as const;
  return Condition === undefined ? statement : { ...statement, Condition };
}

function lambda(Sid: string, Condition: NonNullable<StatementText['Condition']>): StatementText {
  return {
    Sid,
    Effect: 'Allow',
    Principal: LAMBDA,
    Action: ['holdfast:GetContent'],
    Resource: '*',
    Condition,
  };
}

/** The unit at any depth, and what is below it. A unit's ID has its root's, so the path begins as definitely as it can. */
function pathOf({ organisation, unit }: Extract<SharePrincipal, { kind: 'unit' }>): string {
  return `${organisation}/r-${unit.split('-')[1]}/*${unit}/*`;
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
