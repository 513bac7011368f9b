/** What is asked of S3 Access Grants and of AWS Resource Access Manager. */
export interface ShareRequest {
  readonly repository: string;
  /** Accounts, and ARNs of organisations and their units. */
  readonly principals: readonly string[];
  /** ARNs of roles and users, of whatever account, that get a grant to read the repository's contents. */
  readonly grantees: readonly string[];
  /** The role that S3 Access Grants reads the contents with. */
  readonly role: string;
}

/** A step that is done, or was there already. */
export interface ShareStep {
  readonly what: string;
  readonly outcome: 'created' | 'there' | 'deleted' | 'absent';
}

export interface Share {
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  /** The account that shares. */
  readonly owner: string;
  /** Known to the owner alone. */
  readonly principals?: readonly string[];
}

export interface Invitation {
  readonly arn: string;
  readonly name: string;
  /** The account that invites. */
  readonly from: string;
}

/** Shares of an engine whose storage can be shared beyond its resource policies. Every step can be repeated. */
export interface Shares {
  create(request: ShareRequest): Promise<readonly ShareStep[]>;
  /** Those of this account, and those that it was given. */
  list(): Promise<readonly Share[]>;
  /** Accepts what the account was invited to by another; empty when there is nothing to accept, as within an organisation. */
  accept(from: string): Promise<readonly Invitation[]>;
  /** Takes back the share and its grants. The instance of Access Grants stays: others may use it. */
  delete(repository: string): Promise<readonly ShareStep[]>;
}
