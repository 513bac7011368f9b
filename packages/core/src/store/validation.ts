import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { PinRequest, PublishInput } from './types.js';

/** Control characters, which would garble a listing or a log. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w!#$&^.+-]+=("[^"]*"|[\w!#$&^.+-]+))*$/;

/** The bounds of an AWS tag, so that a label can become one. */
const MAX_LABELS = 50;
const MAX_LABEL_KEY = 128;
const MAX_LABEL_VALUE = 256;

function checkText(what: string, value: string, max: number, min = 1): void {
  const wrong =
    value.length < min
      ? 'it is empty'
      : value.length > max
        ? `it has ${value.length} characters, at most ${max} are allowed`
        : CONTROL.test(value)
          ? 'it has control characters'
          : undefined;
  if (wrong !== undefined) {
    throw new HoldfastError('invalid-input', `${what} ${quote(value)} is not valid: ${wrong}`);
  }
}

/** A consumer is named by an ARN. Throws `invalid-input`. */
export function checkConsumer(consumer: string): void {
  checkText('consumer', consumer, 2048);
  if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:./.test(consumer)) {
    throw new HoldfastError('invalid-input', `consumer ${quote(consumer)} is not an ARN`);
  }
}

export function checkDeployment(deployment: string): void {
  checkText('deployment', deployment, 256);
}

/** Throws `invalid-input` naming the first slot that is wrong. */
export function checkSlots(uses: PinRequest['pins']): void {
  for (const { slot } of uses) checkText('slot', slot, 1024);
}

/** Throws `invalid-input` naming the first label, or the media type, that is wrong. */
export function checkDescription({ labels = {}, mediaType }: PublishInput): void {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) {
    throw new HoldfastError(
      'invalid-input',
      `${entries.length} labels are too many, at most ${MAX_LABELS} are allowed`,
    );
  }
  for (const [key, value] of entries) {
    checkText('label', key, MAX_LABEL_KEY);
    checkText(`the value of label ${quote(key)}`, value, MAX_LABEL_VALUE, 0);
  }
  if (mediaType !== undefined && !MEDIA_TYPE.test(mediaType)) {
    throw new HoldfastError('invalid-input', `media type ${quote(mediaType)} is not valid`, {
      hint: 'Write it as type/subtype, such as application/zip.',
    });
  }
}
