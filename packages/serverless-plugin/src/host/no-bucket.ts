/**
 * Stands where hosts want the name of a bucket before the repository's is known. It is in no template that is deployed. Names with this
 * ending are AWS's own, so that whatever asks for the bucket all the same finds nobody else's.
 */
export const NO_BUCKET = 'holdfast-has-no-deployment-bucket-s3alias';
