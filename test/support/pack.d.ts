// scripts/pack.mjs is plain JavaScript.
declare module '*/scripts/pack.mjs' {
  /** Builds `dist` where it is missing or older than the sources. */
  export function build(): Promise<void>
  /** Packs the tarball into `directory`; its name holds a hash of its content. */
  export function pack(directory: string): Promise<string>
}

// scripts/options-page.mjs, too.
declare module '*/scripts/options-page.mjs' {
  /** The text of docs/options.md as it has to be. */
  export function optionsPage(): Promise<string>
}

// scripts/development-python.mjs, too.
declare module '*/scripts/development-python.mjs' {
  /** The interpreter of `.cache/python`, which is made where there is none. */
  export function developmentPython(): Promise<string>
}
