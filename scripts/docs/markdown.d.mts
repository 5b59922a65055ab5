interface Context {
  source: string
  known: Record<string, string>
  repository: string | undefined
}

interface Group {
  text: string
  items: { text: string; link: string }[]
}

export function sitePage(markdown: string, context: Context): string
export function siteAddress(target: string, context: Context): string | undefined
export function anchorOf(heading: string): string
export function sidebarOf(markdown: string): Group[]
export function repositoryOf(manifest: { repository?: { url: string } }): string | undefined
