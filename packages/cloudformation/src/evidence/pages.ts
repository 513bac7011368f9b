/** Every item of a paged answer. `read` gets the token of the page, absent for the first. */
export async function* itemsOf<Item>(
  read: (token: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
): AsyncGenerator<Item> {
  let token: string | undefined;
  do {
    const { items, next } = await read(token);
    yield* items;
    // A service that answers with the token it was asked with would be read for ever.
    token = next === token ? undefined : next;
  } while (token !== undefined && token !== '');
}

/** The input with the token, where there is one. */
export function withToken<Input extends object>(
  input: Input,
  token: string | undefined,
): Input & { readonly NextToken?: string } {
  return token === undefined ? input : { ...input, NextToken: token };
}
