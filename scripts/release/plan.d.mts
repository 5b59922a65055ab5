interface Release {
  version: string
  date: string
  breaking: boolean
}

interface Addresses {
  homepage: string
  bugs: { url: string }
  repository: { type: string; url: string; directory?: string }
}

export function isBreaking(messages: string[]): boolean
export function nextVersion(last: string, messages: string[]): string
export function releaseChangelog(changelog: string, release: Release): string
export function notesOf(changelog: string, version: string): string
export function addresses(repository: string, directory?: string): Addresses
