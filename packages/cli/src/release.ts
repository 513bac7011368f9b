const manifest = require('../package.json') as { readonly version: string };

/** This package's version, such as `1.2.0`. */
export const RELEASE = manifest.version;

/** How this tool names itself in provenance. */
export const TOOL = `holdfast/${RELEASE}`;
