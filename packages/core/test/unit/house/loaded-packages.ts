import { registerHooks } from 'node:module';

const names = new Set<string>();

// Both module systems come through here, so nothing is loaded unseen.
registerHooks({
  load(url, context, next) {
    const name = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(url)?.[1];
    if (name !== undefined) names.add(name);
    return next(url, context);
  },
});

/** The npm packages that this process loaded after this module, by name. */
export function loadedPackages(): string[] {
  return [...names].sort();
}
