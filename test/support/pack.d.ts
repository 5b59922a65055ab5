// scripts/pack.mjs is plain JavaScript.
declare module '*/scripts/pack.mjs' {
  /** Builds `dist` if it is missing or older than the sources. */
  export function build(): Promise<void>
  /** Packs the tarball into `directory`. Its name contains a hash of its content. */
  export function pack(directory: string): Promise<string>
}

// scripts/options-page.mjs, too.
declare module '*/scripts/options-page.mjs' {
  /** The expected text of docs/options.md. */
  export function optionsPage(): Promise<string>
}

// scripts/development-python.mjs, too.
declare module '*/scripts/development-python.mjs' {
  /** The interpreter of `.cache/python`, which is created if necessary. */
  export function developmentPython(): Promise<string>
  /** The interpreter of `.cache/ray`, which is created if necessary. */
  export function rayPython(): Promise<string>
}
