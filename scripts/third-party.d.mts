interface Bundle {
  [file: string]: { type: string; modules?: Record<string, { renderedLength: number }> }
}

export function thirdPartyNotices(file?: string): {
  name: string
  generateBundle(options: unknown, bundle: Bundle): void
}
export function bundledModules(bundle: Bundle): string[]
export function noticesOf(modules: Iterable<string>): string
