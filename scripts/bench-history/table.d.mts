interface Result {
  id: string
  rows: { what: string; figure: number; baseline?: { what: string; figure: number } }[]
}

interface Night {
  at: string
  commit: string
  ratios: Record<string, number>
}

export function ratiosOf(results: Result[]): Record<string, number>
export function historyTable(nights: Night[]): string
