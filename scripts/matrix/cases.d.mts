interface Combination {
  id: string
  runs: string[]
}

export const NODES: Record<number, string>
export const CASES: Combination[]
