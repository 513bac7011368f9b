/**
 * The text with control characters shown as escapes, so that a label or path from elsewhere cannot steer the terminal.
 * Line breaks are escaped too: what is printed stays one line.
 */
export function printable(text: string): string {
  if (isPrintable(text)) return text;
  return text.replace(
    EACH_CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether there is no control character in the text. */
export function isPrintable(text: string): boolean {
  return !CONTROL.test(text);
}

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const EACH_CONTROL = new RegExp(CONTROL, 'g');
