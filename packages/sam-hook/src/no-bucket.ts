/**
 * No bucket can have this name: AWS keeps the front for itself. For where sam wants a bucket and must find nothing in it, and put nothing there.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const NO_BUCKET = 'sthree-no-bucket-of-anybody';
